// Stands where a chat stands: takes a call from call.json of the folder, and writes what the tool answered into answer.json.
const { readFile, writeFile, rm } = require('node:fs/promises');
const { join } = require('node:path');
const { commands, lm, workspace } = require('vscode');

exports.activate = (context) =>
  context.subscriptions.push(
    commands.registerCommand('toolCaller.call', () => call(workspace.workspaceFolders[0].uri.fsPath)),
  );

async function call(folder) {
  const { name, input } = JSON.parse(await readFile(join(folder, 'call.json'), 'utf8'));
  await rm(join(folder, 'call.json'));
  const answer = await ask(name, input).catch((error) => ({ error: error.message }));
  await writeFile(join(folder, 'answer.json'), JSON.stringify(answer));
}

async function ask(name, input) {
  const tool = lm.tools.find((one) => one.name === name);
  if (!tool) return { error: `There is no tool ${name}.` };
  const { content } = await lm.invokeTool(name, { input, toolInvocationToken: undefined });
  return { text: content.map(({ value }) => value).join('') };
}
