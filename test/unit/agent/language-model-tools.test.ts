import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { languageModelTools, type DeclaredTool } from '../../../server/src/agent/language-model-tools';
import { tools } from '../../../server/src/agent/tools';
import { inRepository } from '../../support/repository';

const manifest = JSON.parse(readFileSync(inRepository('package.json'), 'utf8')) as {
  contributes: { languageModelTools: DeclaredTool[] };
};
const declared = manifest.contributes.languageModelTools;

test('the manifest declares the tools that agents have by the protocol, but for the one that writes files', () => {
  assert.deepEqual(declared, JSON.parse(JSON.stringify(languageModelTools())));
  const names = declared.map(({ name }) => name.replace(/^alloclens_/, ''));
  assert.deepEqual(
    names,
    tools.map(({ name }) => name).filter((name) => name !== 'apply_fix'),
  );
});

for (const { name, inputSchema, modelDescription, tags } of declared) {
  const tool = tools.find((one) => `alloclens_${one.name}` === name)!;
  test(`${name}: the schema of the tool, without the agreement that the editor asks for itself`, () => {
    const { confirmed, ...properties } = tool.input.properties;
    assert.deepEqual(inputSchema, {
      ...tool.input,
      properties,
      ...(tool.input.required && { required: tool.input.required.filter((one) => one !== 'confirmed') }),
    });
    assert.ok(modelDescription.startsWith(tool.description));
    assert.equal(tags.includes('asks'), confirmed !== undefined);
    assert.ok(!/confirmed|apply_fix/.test(JSON.stringify([modelDescription, inputSchema])));
  });
}

test('as VS Code takes them, and offered in no folder that nobody trusts', () => {
  for (const { name, toolReferenceName, when } of declared) {
    assert.match(name, /^[\w-]{1,64}$/);
    assert.match(toolReferenceName, /^[\w-]+$/);
    assert.equal(when, 'isWorkspaceTrusted');
  }
});

test('tools that run code ask, and their schema for agents of other programs has the agreement', () => {
  for (const { kind, input, condition } of tools) {
    assert.equal(kind === 'asks', 'confirmed' in input.properties);
    assert.equal(kind === 'asks', condition?.includes('confirmed') ?? false);
  }
});
