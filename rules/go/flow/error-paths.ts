import type { Node } from 'web-tree-sitter';
import type { GoFile } from '../rule';
import { namesAround } from '../syntax/names';
import { argumentsOf, qualified, statementsOf, unparenthesised } from '../syntax/nodes';
import { importedFunction } from '../syntax/universe';
import { endingOf } from './functions';

/** Why a node runs only when something has failed, and the node that says so. */
export interface ErrorPath {
  readonly text: string;
  readonly node: Node;
}

/**
 * The block of `if err != nil { … return }`, a branch that answers a request with an error, the arguments of panic and of
 * error constructors.
 */
export function errorPathOf(file: GoFile, node: Node): ErrorPath | undefined {
  let child: Node = node;
  for (let at = node.parent; at; child = at, at = at.parent) {
    if (at.type === 'func_literal' && at.parent?.type !== 'call_expression') return undefined;
    if (at.type === 'call_expression' && child.type === 'argument_list') {
      const callee = at.childForFieldName('function');
      if (endingOf(file, at)) return { text: `only on the way to ${callee!.text}`, node: at };
      const target = callee && qualified(callee, file.imports);
      if (
        (target?.path === 'fmt' && target.name === 'Errorf') ||
        (target?.path === 'errors' && target.name === 'New')
      ) {
        return { text: 'only on an error path', node: at };
      }
    }
    if (at.type !== 'if_statement') continue;
    const branch = child.equals(at.childForFieldName('consequence') ?? at)
      ? '!='
      : child.equals(at.childForFieldName('alternative') ?? at)
        ? '=='
        : undefined;
    if (branch === undefined || child.type !== 'block') continue;
    const condition = at.childForFieldName('condition');
    const last = statementsOf(child).at(-1);
    if (!condition || !last || !leaves(file, last)) continue;
    if (comparesError(condition, branch)) return { text: 'only on an error path', node: condition };
    const answer = statementsOf(child).find((statement) => answersError(file, statement));
    if (answer) return { text: 'only where an error is answered', node: answer };
  }
  return undefined;
}

/** The return says that something has failed: it stands on an error path, or returns an error that cannot be nil. */
export function reportsError(file: GoFile, statement: Node): boolean {
  if (errorPathOf(file, statement)) return true;
  const list = statement.namedChildren.find(({ type }) => type === 'expression_list');
  const last = list?.namedChildren.at(-1);
  const value = last && unparenthesised(last);
  switch (value?.type) {
    case 'call_expression': {
      const callee = value.childForFieldName('function');
      return /^(?:fmt\.Errorf|errors\.New)$/.test((callee && importedFunction(file, callee)) ?? '');
    }
    // A variable of a package, such as io.EOF; what else it may be is no error path.
    case 'selector_expression':
      return isErrorName.test(importedFunction(file, value)?.replace(/^.*\./, '') ?? '');
    case 'identifier':
      return isErrorName.test(value.text) && !namesAround(file.root, value).resolve(value);
    case 'unary_expression':
    case 'composite_literal':
      return /Err(?:or)?$/.test(value.descendantsOfType('type_identifier')[0]?.text ?? '');
    default:
      return false;
  }
}

const isErrorName = /^(?:[eE]rr(?:\p{Lu}|$)|EOF$)|^\w+Err(?:or)?$/u;

/** `http.Error(…)`, `http.NotFound(…)`, `w.WriteHeader(http.StatusBadRequest)`. */
function answersError(file: GoFile, statement: Node): boolean {
  const call = statement.type === 'expression_statement' ? statement.namedChild(0) : undefined;
  const callee = call?.type === 'call_expression' ? call.childForFieldName('function') : undefined;
  if (!callee) return false;
  if (/^net\/http\.(?:Error|NotFound)$/.test(importedFunction(file, callee) ?? '')) return true;
  if (callee.childForFieldName('field')?.text !== 'WriteHeader') return false;
  const status = argumentsOf(call!)[0];
  if (!status) return false;
  const name = importedFunction(file, status);
  return name === undefined ? /^[45]\d\d$/.test(status.text) : isErrorStatus.test(name);
}

/** Statuses from 400 (net/http, status.go): every name but those of 1xx, 2xx and 3xx. */
const isErrorStatus =
  /^net\/http\.Status(?!(?:Continue|SwitchingProtocols|Processing|EarlyHints|OK|Created|Accepted|NonAuthoritativeInfo|NoContent|ResetContent|PartialContent|MultiStatus|AlreadyReported|IMUsed|MultipleChoices|MovedPermanently|Found|SeeOther|NotModified|UseProxy|TemporaryRedirect|PermanentRedirect)$)/;

/** Control does not get behind the statement. */
export function leaves(file: GoFile, statement: Node | undefined): boolean {
  if (!statement) return false;
  if (/^(?:return|goto|continue|break)_statement$/.test(statement.type)) return true;
  const call = statement.type === 'expression_statement' ? statement.namedChild(0) : undefined;
  return call?.type === 'call_expression' && endingOf(file, call) !== undefined;
}

function comparesError(condition: Node, operator: '!=' | '=='): boolean {
  if (condition.type === 'parenthesized_expression') {
    const inner = condition.namedChild(0);
    return inner !== null && comparesError(inner, operator);
  }
  if (condition.type !== 'binary_expression') return false;
  const written = condition.childForFieldName('operator')?.text;
  const left = condition.childForFieldName('left');
  const right = condition.childForFieldName('right');
  if (!left || !right) return false;
  if (written === (operator === '!=' ? '&&' : '||')) {
    return comparesError(left, operator) || comparesError(right, operator);
  }
  if (written !== operator) return false;
  const [value, nil] = right.text === 'nil' ? [left, right] : [right, left];
  if (nil.text !== 'nil') return false;
  return /(?:^|\.)(?:err|\w*Err|err[A-Z0-9]\w*)$/.test(value.text);
}
