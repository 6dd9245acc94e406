import type { TSESLint, TSESTree } from '@typescript-eslint/utils';
import { declaredType, recordMutability } from './types/arrays';
import { createRule } from './rule';
import { unwrap } from './syntax/nodes';
import { losesComment } from './edit/layout';

/** `delete o.p` in hot code: V8 gives up the object's hidden class and moves its properties into a hash table. */
export const deleteProperty = createRule({
  id: 'ts/delete-property',
  summary: 'delete of a named property in hot code',
  fix: 'suggestion',
  reports: 'hot only',
  sample: 'typescript/delete-property',
  allocation: {
    kind: 'object',
    cost: 'conditional',
    reason:
      'unless the property was the last to be added, V8 moves all properties of the object into a newly allocated hash table',
  },
  words: [['delete']],
  messages: {
    deleted:
      'Deleting {{property}} moves all properties of {{object}} into a hash table, unless it was added last.',
  },
  check({ sourceCode }, report) {
    return {
      UnaryExpression(node) {
        if (node.operator !== 'delete') return;
        const member = node.argument;
        // A computed key is a dictionary's: it is a hash table already, or should be a Map.
        if (member.type !== 'MemberExpression' || member.computed || member.optional) return;
        const { object, property } = member;
        // Assigning to __proto__ would change the prototype.
        if (property.type !== 'Identifier' || property.name === '__proto__' || isGlobalTable(object)) return;
        const statement = node.parent.type === 'ExpressionStatement';
        const text = sourceCode.getText(member);
        const span = { start: node.range[0], end: node.range[1] };
        report({
          at: node,
          messageId: 'deleted',
          data: { property: property.name, object: sourceCode.getText(object) },
          fixes:
            statement &&
            !isDictionary(sourceCode, object) &&
            takesUndefined(member, property.name) &&
            !losesComment(sourceCode, { start: span.start, end: member.range[0] })
              ? [
                  {
                    title: `Set ${property.name} to undefined (if nobody asks whether ${sourceCode.getText(object)} has the key)`,
                    kind: 'suggestion',
                    edits: [{ span, newText: `${text} = undefined` }],
                  },
                ]
              : [],
        });
      },
    };
  },
});

/** A written type with an index signature: its values need not admit undefined, and keys come and go. */
function isDictionary(sourceCode: TSESLint.SourceCode, expression: TSESTree.Expression): boolean {
  const object = unwrap(expression);
  const type = object.type === 'Identifier' ? declaredType(sourceCode, object) : undefined;
  return type?.type !== 'TSAnyKeyword' && recordMutability(sourceCode, type) !== 'unknown';
}

/** False where the class says otherwise: `this.p` of a field that is written with a type without undefined. */
function takesUndefined(member: TSESTree.MemberExpression, name: string): boolean {
  if (unwrap(member.object).type !== 'ThisExpression') return true;
  let at: TSESTree.Node | undefined = member.parent;
  while (at && at.type !== 'ClassBody') at = at.parent;
  const field = at?.body.find(
    (each) =>
      (each.type === 'PropertyDefinition' || each.type === 'AccessorProperty') &&
      !each.computed &&
      each.key.type === 'Identifier' &&
      each.key.name === name,
  );
  if (field?.type !== 'PropertyDefinition' || !field.typeAnnotation || field.optional) return true;
  const type = field.typeAnnotation.typeAnnotation;
  const parts = type.type === 'TSUnionType' ? type.types : [type];
  return parts.some((part) => /^TS(?:Undefined|Any|Unknown)Keyword$/.test(part.type));
}

/** `process.env`, `require.cache`, `globalThis`, modules: deleting is what they are for. */
function isGlobalTable(expression: TSESTree.Expression): boolean {
  const object = unwrap(expression);
  if (object.type === 'Identifier')
    return ['globalThis', 'window', 'global', 'exports'].includes(object.name);
  return (
    object.type === 'MemberExpression' &&
    object.object.type === 'Identifier' &&
    ['process', 'require', 'module'].includes(object.object.name)
  );
}
