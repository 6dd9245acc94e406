import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { isFunction, resolve } from '../syntax/nodes';
import type { DeclaredMember, ModuleDeclarations, PassedOn } from './imports';
import { isTypeScript, type ObjectType } from './members';
import { annotatedType } from './annotations';
import type { ValueType } from './value-type';
import { receiverType, typeOf } from './values';

/** What a module's declarations say about what it exports. Types refer to each other as they do in the source, in circles, too. */
export function declarationsIn(sourceCode: TSESLint.SourceCode): ModuleDeclarations {
  return new Exports(sourceCode).all();
}

class Exports {
  readonly types = new Map<string, ValueType>();
  readonly values = new Map<string, DeclaredMember>();
  readonly passedOn: PassedOn[] = [];
  /** By declaration: each is converted once. */
  readonly #converted = new Map<ObjectType, ValueType>();

  constructor(readonly sourceCode: TSESLint.SourceCode) {}

  all(): ModuleDeclarations {
    for (const statement of this.sourceCode.ast.body) {
      if (statement.type === 'ExportAllDeclaration') {
        if (!statement.exported)
          this.passedOn.push({ specifier: statement.source.value, name: '*', as: '*' });
      } else if (statement.type === 'ExportNamedDeclaration') {
        if (statement.declaration) this.#declared(statement.declaration);
        for (const specifier of statement.specifiers) this.#listed(specifier, statement.source?.value);
      } else if (statement.type === 'ExportDefaultDeclaration') {
        const { declaration } = statement;
        if (declaration.type === 'Identifier') this.#named(declaration, 'default');
        else if (isFunction(declaration) || declaration.type === 'ClassDeclaration')
          this.#declared(declaration, 'default'); // prettier-ignore
        else if (!declaration.type.startsWith('TS')) this.#value('default', declaration);
      }
    }
    return { types: this.types, values: this.values, passedOn: this.passedOn };
  }

  #listed({ local, exported }: TSESTree.ExportSpecifier, specifier: string | undefined): void {
    const nameOf = (node: TSESTree.Identifier | TSESTree.StringLiteral): string => node.type === 'Identifier' ? node.name : node.value; // prettier-ignore
    if (specifier !== undefined) this.passedOn.push({ specifier, name: nameOf(local), as: nameOf(exported) });
    else if (local.type === 'Identifier') this.#named(local, nameOf(exported));
  }

  #named(local: TSESTree.Identifier, as: string): void {
    const definitions = resolve(this.sourceCode, local)?.defs ?? [];
    if (definitions.length !== 1) return;
    const node = definitions[0]!.node as TSESTree.Node;
    if (node.type === 'VariableDeclarator') this.#variable(node, as);
    else if (node.type !== 'ImportSpecifier') this.#declared(node, as);
    else if (node.parent.type === 'ImportDeclaration' && node.imported.type === 'Identifier')
      this.passedOn.push({ specifier: node.parent.source.value, name: node.imported.name, as });
  }

  #declared(node: TSESTree.Node, as?: string): void {
    switch (node.type) {
      case 'VariableDeclaration':
        for (const declarator of node.declarations) this.#variable(declarator);
        return;
      case 'FunctionDeclaration': {
        const name = as ?? node.id?.name;
        // Without a body it is one of several signatures.
        if (name !== undefined && !node.generator) this.values.set(name, this.#member(node.returnType?.typeAnnotation, true)); // prettier-ignore
        return;
      }
      case 'ClassDeclaration':
      case 'TSInterfaceDeclaration': {
        const name = as ?? node.id?.name;
        if (name !== undefined && !node.typeParameters) this.types.set(name, this.#object(node.body));
        return;
      }
      case 'TSTypeAliasDeclaration': {
        const type = node.typeParameters ? undefined : this.#convert(annotatedType(this.sourceCode, node.typeAnnotation)); // prettier-ignore
        if (type) this.types.set(as ?? node.id.name, type);
        return;
      }
    }
  }

  #variable({ id, init, parent }: TSESTree.VariableDeclarator, as?: string): void {
    if (id.type !== 'Identifier') return;
    const name = as ?? id.name;
    if (id.typeAnnotation) this.values.set(name, this.#member(id.typeAnnotation.typeAnnotation, false));
    else if (init && isFunction(init))
      this.values.set(name, this.#member(init.returnType?.typeAnnotation, true)); // prettier-ignore
    else if (init && parent.kind === 'const') this.#value(name, init);
  }

  #value(name: string, init: TSESTree.Node): void {
    const type = this.#convert(receiverType(this.sourceCode, init));
    if (type) this.values.set(name, { type, certain: typeOf(this.sourceCode, init) !== undefined, callable: false }); // prettier-ignore
  }

  #member(type: TSESTree.TypeNode | undefined, callable: boolean, optional = false): DeclaredMember {
    const strict = annotatedType(this.sourceCode, type);
    return {
      type: this.#convert(strict ?? annotatedType(this.sourceCode, type, true)),
      certain: strict !== undefined && !optional,
      callable,
    };
  }

  /** Without nodes of this file, and without what its own relative imports mean from here. */
  #convert(type: ValueType | undefined): ValueType | undefined {
    if (!type || type.imported?.module.startsWith('.')) return undefined;
    const { declared, element, value, ...rest } = type;
    if (declared) return this.#object(declared);
    const [convertedElement, convertedValue] = [this.#convert(element), this.#convert(value)];
    return {
      ...rest,
      ...(convertedElement && { element: convertedElement }),
      ...(convertedValue && { value: convertedValue }),
    };
  }

  #object(declared: ObjectType): ValueType {
    const known = this.#converted.get(declared);
    if (known) return known;
    const members = new Map<string, DeclaredMember>();
    const type: ValueType = { name: 'object', members };
    this.#converted.set(declared, type);
    for (const part of declared.type === 'TSTypeLiteral' ? declared.members : declared.body)
      for (const [name, member] of this.#membersOf(part)) members.set(name, member);
    return type;
  }

  #membersOf(part: TSESTree.TypeElement | TSESTree.ClassElement): [string, DeclaredMember][] {
    if ('static' in part && part.static) return [];
    if (part.type === 'MethodDefinition' && part.kind === 'constructor') {
      return part.value.params.flatMap((parameter) => {
        const declared = parameter.type === 'TSParameterProperty' ? parameter.parameter : undefined;
        return declared?.type === 'Identifier'
          ? [[declared.name, this.#member(declared.typeAnnotation?.typeAnnotation, false, declared.optional)]]
          : [];
      });
    }
    if (!('key' in part) || part.computed || part.key.type !== 'Identifier') return [];
    const { name } = part.key;
    switch (part.type) {
      case 'TSPropertySignature':
        return [[name, this.#member(part.typeAnnotation?.typeAnnotation, false, part.optional)]];
      case 'TSMethodSignature':
        return [[name, this.#member(part.returnType?.typeAnnotation, part.kind === 'method', part.optional)]];
      case 'MethodDefinition':
        return part.kind === 'set' ? [] : [[name, this.#member(part.value.returnType?.typeAnnotation, part.kind === 'method')]]; // prettier-ignore
      case 'PropertyDefinition': {
        if (part.typeAnnotation) return [[name, this.#member(part.typeAnnotation.typeAnnotation, false, part.optional)]]; // prettier-ignore
        // Without TypeScript anybody may assign something else.
        const type = part.value && isTypeScript(this.sourceCode) ? this.#convert(receiverType(this.sourceCode, part.value)) : undefined; // prettier-ignore
        return type ? [[name, { type, certain: typeOf(this.sourceCode, part.value) !== undefined, callable: false }]] : []; // prettier-ignore
      }
      default:
        return [];
    }
  }
}
