import ts from 'typescript';
import { frameworkNames, takesCallback } from '../../../rules/typescript/heat/callbacks';
import { isListener, mayMark } from '../../../rules/typescript/heat/entry-points';
import { CandidateTests } from './candidates';

/** Which rules may report something in a file. */
export interface Outline {
  /** Rules with a candidate anywhere. */
  readonly anywhere: ReadonlySet<string>;
  /** Rules with a candidate where code may be hot; rules whose candidates are not known are in neither. */
  readonly hot: ReadonlySet<string>;
}

/**
 * One walk over TypeScript's own tree, in place of the conversion into ESTree, scope analysis and rules.
 *
 * What may be hot is an upper bound on rules/typescript/heat/static-heat.ts: loops, callbacks that run per element, request or
 * frame, functions that a framework calls by name, and every function of the file whose name is mentioned in any of
 * these, and so on.
 * @param tree with parents
 */
export function outlineOf(tree: ts.SourceFile, rules: readonly string[]): Outline {
  const tests = new CandidateTests(rules);
  const anywhere = new Set<string>();
  const heat = new HeatBound(tree.text.includes('@hot'));

  const visit = (node: ts.Node, place: Place): void => {
    tests.at(node, (rule) => {
      anywhere.add(rule);
      // A function is reported for the heat of its calls, whatever its surroundings.
      if (ts.isFunctionLike(node)) heat.called(rule, namesOf(node));
      else heat.candidate(rule, place);
    });
    if (ts.isIdentifier(node)) return heat.mention(node.text, place);
    if (ts.isStringLiteral(node) && ts.isElementAccessExpression(node.parent))
      return heat.mention(node.text, place);
    if (ts.isFunctionLike(node)) {
      const inside = heat.enter(node, place);
      ts.forEachChild(node, (child) => {
        if (child !== node.name) visit(child, inside);
      });
    } else if (ts.isCallExpression(node) || ts.isNewExpression(node)) {
      const role = takesCallback(nameOf(node.expression) ?? '');
      visit(node.expression, place);
      for (const argument of node.arguments ?? []) visit(argument, role ? heat.hot(place) : place);
    } else if (ts.isForStatement(node)) {
      const inside = heat.hot(place);
      if (node.initializer) visit(node.initializer, place);
      for (const part of [node.condition, node.incrementor, node.statement]) if (part) visit(part, inside);
    } else if (ts.isForOfStatement(node) || ts.isForInStatement(node)) {
      visit(node.expression, place);
      visit(node.initializer, heat.hot(place));
      visit(node.statement, heat.hot(place));
    } else if (ts.isWhileStatement(node) || ts.isDoStatement(node)) {
      visit(node.expression, heat.hot(place));
      visit(node.statement, heat.hot(place));
    } else ts.forEachChild(node, (child) => visit(child, place));
  };
  visit(tree, heat.module);
  return { anywhere, hot: heat.candidates };
}

/** Whether a type, a decorator or what it is assigned to may make an entry point of a function. */
export function isMarked(fn: ts.SignatureDeclaration): boolean {
  const { parent } = fn as ts.Node;
  if (
    ts.isBinaryExpression(parent) &&
    ts.isPropertyAccessExpression(parent.left) &&
    isListener(parent.left.name.text)
  )
    return true;
  const declared = ts.isVariableDeclaration(parent) ? [parent.type] : [];
  const types = [...fn.parameters.map(({ type }) => type), ...declared];
  if (types.some((type) => type && ts.isTypeReferenceNode(type) && mayMark(lastName(type.typeName))))
    return true;
  const decorators = ts.canHaveDecorators(fn) ? (ts.getDecorators(fn) ?? []) : [];
  return decorators.some(({ expression }) =>
    mayMark(nameOf(ts.isCallExpression(expression) ? expression.expression : expression) ?? ''),
  );
}

const lastName = (name: ts.EntityName): string => (ts.isIdentifier(name) ? name.text : name.right.text);

/** `f` of `f(…)`, `x.f(…)` and `x['f'](…)`. */
function nameOf(callee: ts.Expression): string | undefined {
  if (ts.isIdentifier(callee)) return callee.text;
  if (ts.isPropertyAccessExpression(callee)) return callee.name.text;
  if (ts.isParenthesizedExpression(callee) || ts.isNonNullExpression(callee))
    return nameOf(callee.expression);
  return ts.isElementAccessExpression(callee) && ts.isStringLiteral(callee.argumentExpression)
    ? callee.argumentExpression.text
    : undefined;
}

/** What is decided together: a function, or the module. */
interface Region {
  hot: boolean;
  readonly names: Set<string>;
  readonly candidates: Set<string>;
  readonly inside: Region[];
}

interface Place {
  readonly region: Region;
  /** Even where the region is not. */
  readonly hot: boolean;
}

class HeatBound {
  readonly candidates = new Set<string>();
  readonly module: Place;
  readonly #hotNames = new Set<string>();
  readonly #regionsByName = new Map<string, Region[]>();
  readonly #rulesByName = new Map<string, string[]>();
  readonly #everything: boolean;

  /** @param everything that all of the file may be hot */
  constructor(everything: boolean) {
    this.#everything = everything;
    this.module = { region: region(), hot: everything };
  }

  hot({ region }: Place): Place {
    return { region, hot: true };
  }

  /** The inside of a function that stands at the place. */
  enter(fn: ts.SignatureDeclaration, { region: around, hot }: Place): Place {
    const own = region();
    around.inside.push(own);
    for (const name of namesOf(fn)) {
      if (frameworkNames.has(name) || this.#hotNames.has(name)) hot = true;
      const list = this.#regionsByName.get(name);
      if (list) list.push(own);
      else this.#regionsByName.set(name, [own]);
    }
    if (hot || around.hot || isMarked(fn)) this.#heat(own);
    return { region: own, hot: false };
  }

  mention(name: string, { region, hot }: Place): void {
    if (hot || region.hot) this.#heatName(name);
    else region.names.add(name);
  }

  candidate(rule: string, { region, hot }: Place): void {
    if (hot || region.hot) this.candidates.add(rule);
    else region.candidates.add(rule);
  }

  /** As `candidate`, where any of the names is mentioned. */
  called(rule: string, names: readonly string[]): void {
    for (const name of names) {
      if (this.#everything || this.#hotNames.has(name)) this.candidates.add(rule);
      const rules = this.#rulesByName.get(name);
      if (rules) rules.push(rule);
      else this.#rulesByName.set(name, [rule]);
    }
  }

  #heat(region: Region): void {
    if (region.hot) return;
    region.hot = true;
    for (const rule of region.candidates) this.candidates.add(rule);
    for (const inner of region.inside) this.#heat(inner);
    for (const name of region.names) this.#heatName(name);
  }

  #heatName(name: string): void {
    if (this.#hotNames.has(name)) return;
    this.#hotNames.add(name);
    for (const rule of this.#rulesByName.get(name) ?? []) this.candidates.add(rule);
    for (const region of this.#regionsByName.get(name) ?? []) this.#heat(region);
  }
}

const region = (): Region => ({ hot: false, names: new Set(), candidates: new Set(), inside: [] });

/** What a function is called by: its own name, the variable's or property's, for a constructor the class's. */
export function namesOf(fn: ts.SignatureDeclaration): string[] {
  const names: string[] = [];
  const add = (name: ts.Node | undefined): void => {
    if (name && (ts.isIdentifier(name) || ts.isPrivateIdentifier(name) || ts.isStringLiteral(name)))
      names.push(name.text);
  };
  add(fn.name);
  let { parent } = fn as ts.Node;
  if (ts.isConstructorDeclaration(fn)) {
    add((parent as ts.ClassLikeDeclaration).name);
    ({ parent } = parent);
  }
  while (ts.isParenthesizedExpression(parent)) ({ parent } = parent);
  if (ts.isVariableDeclaration(parent) || ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent))
    add(parent.name);
  return names;
}
