import type { TSESTree } from '@typescript-eslint/utils';
import { losesComment } from './edit/layout';
import { guard } from './edit/statements';
import { createRule } from './rule';
import { classAround, memberOf } from './syntax/functions';
import { memberName, unwrap } from './syntax/nodes';
import { objectKind } from './types/objects';
import { isPath } from './types/shapes';
import { code } from '../wording';

/** `delete o.p` in hot code: V8 gives up the object's hidden class and moves its properties into a hash table. */
export const deleteProperty = createRule({
  id: 'ts/delete-property',
  summary: 'delete of a named property in hot code',
  fix: 'suggestion',
  recipe: 'Set the property to undefined, or keep such keys in a Map',
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
    deleted: 'Deleting `{{property}}` turns `{{object}}` into a hash table',
  },
  check({ sourceCode }, report) {
    return {
      UnaryExpression(node) {
        if (node.operator !== 'delete') return;
        const chained = node.argument.type === 'ChainExpression';
        const member = node.argument.type === 'ChainExpression' ? node.argument.expression : node.argument;
        if (member.type !== 'MemberExpression') return;
        const { object } = member;
        // A computed key is a dictionary's: it is a hash table already, or should be a Map. A written one is a name.
        const name = memberName(member);
        // Assigning to __proto__ would change the prototype.
        if (name === undefined || name === '__proto__' || (member.computed && !isName.test(name))) return;
        const kind = objectKind(sourceCode, object);
        if (!kind) return;
        const statement = node.parent.type === 'ExpressionStatement';
        const target = sourceCode.getText(object);
        const property = sourceCode.getText(member.property);
        const text = chained
          ? `${target}${member.computed ? `[${property}]` : `.${property}`}`
          : sourceCode.getText(member);
        const span = { start: node.range[0], end: node.range[1] };
        report({
          at: node,
          messageId: 'deleted',
          data: { property: name, object: target },
          fixes:
            statement &&
            // Its values need not admit undefined.
            kind === 'ordinary' &&
            takesUndefined(member) &&
            (!chained || asksFirst(member)) &&
            !losesComment(sourceCode, { start: span.start, end: member.range[0] })
              ? [
                  {
                    title: `Set ${code(name)} to undefined (if nobody asks whether ${code(target)} has the key)`,
                    kind: 'suggestion',
                    edits: [
                      {
                        span,
                        newText: `${guard(sourceCode, span.start, text)}${chained ? `if (${target} != null) ` : ''}${text} = undefined`,
                      },
                    ],
                  },
                ]
              : [],
        });
      },
    };
  },
});

const isName = /^[A-Za-z_$][\w$]*$/;

/** `delete a?.b` in a block of its own statements: the test may stand in front, and reads the name once more. */
function asksFirst(member: TSESTree.MemberExpression): boolean {
  const statement = member.parent.parent?.parent;
  return (
    member.optional &&
    isPath(member.object) &&
    /^(?:BlockStatement|Program|SwitchCase|StaticBlock)$/.test(statement?.parent?.type ?? '')
  );
}

/** False where the class says otherwise: `this.p` of a field that is written with a type without undefined. */
function takesUndefined(member: TSESTree.MemberExpression): boolean {
  if (unwrap(member.object).type !== 'ThisExpression') return true;
  const body = classAround(member);
  const field = body && memberOf(body, member);
  if (field?.type !== 'PropertyDefinition' || !field.typeAnnotation || field.optional)
    return field?.type !== 'MethodDefinition' && field?.type !== 'AccessorProperty';
  const type = field.typeAnnotation.typeAnnotation;
  const parts = type.type === 'TSUnionType' ? type.types : [type];
  return parts.some((part) => /^TS(?:Undefined|Any|Unknown)Keyword$/.test(part.type));
}
