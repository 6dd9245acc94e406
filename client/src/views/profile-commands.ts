import { Uri, window, workspace, type TextDocument } from 'vscode';
import {
  loadProfileRequest,
  recordRequest,
  selectProfileRequest,
  type ProfileInfo,
  type RecordResult,
  type SelectProfileParams,
} from '../../../server/src/lsp/protocol';
import { fileName } from '../file-name';
import type { LanguageServer } from '../language-server';
import { benchmarksIn } from '../editor/benchmarks';
import { longRequest } from '../long-request';
import { reached } from '../milestones';
import { inform } from '../say';
import { profileName } from './profiles-view';

/** Reads a profile and weighs the hotspots by it. */
export async function loadProfile(server: LanguageServer, file: Uri): Promise<ProfileInfo> {
  return load(server, file.toString());
}

/** As `loadProfile`, for one that the user chooses. */
export async function loadChosenProfile(server: LanguageServer): Promise<void> {
  const file = await chosenFile();
  if (!file) return;
  await loadProfile(server, file);
  await reached('profileLoaded');
}

async function load(server: LanguageServer, uri: string): Promise<ProfileInfo> {
  const client = await server.start();
  return longRequest<ProfileInfo>(client, 'reading the profile', loadProfileRequest, { uri });
}

/** Asks for the address of a running program, and weighs the hotspots by what it allocates in half a minute. */
export async function loadLiveProfile(server: LanguageServer): Promise<void> {
  const uri = await window.showInputBox({
    title: 'Address of a running Go program',
    value: 'http://localhost:6060/debug/pprof/allocs?seconds=30',
    prompt: 'It is asked once, for its profile; nothing else is sent.',
    validateInput: (value) =>
      /^https?:\/\/\S+$/i.test(value) ? undefined : 'An address begins with http://',
  });
  if (uri === undefined) return;
  const client = await server.start();
  await longRequest<ProfileInfo>(client, 'asking the program for its profile', loadProfileRequest, { uri });
}

/** What changed since an older profile. */
export async function compareProfile(
  server: LanguageServer,
  newer: ProfileInfo,
  base: ProfileInfo,
): Promise<void> {
  await select(server, { uri: newer.uri, base: base.uri });
}

/** What changed between the current profile and an older one. */
export async function compareCurrentProfile(
  server: LanguageServer,
  profiles: readonly ProfileInfo[],
  base: ProfileInfo,
): Promise<void> {
  const current = profiles.find((one) => one.current && one.uri !== base.uri);
  if (current) await compareProfile(server, current, base);
  else void inform('Two profiles are needed: choose the newer one first, then compare it with an older one.');
}

/** An older profile to compare with, which the user chooses: one that is loaded, or a file. */
export async function chooseBase(
  server: LanguageServer,
  profiles: readonly ProfileInfo[],
  newer: ProfileInfo,
): Promise<ProfileInfo | undefined> {
  const others = profiles.filter(({ uri }) => uri !== newer.uri);
  const items = [
    ...others.map((profile) => ({ label: profileName(profile.uri), profile })),
    { label: 'Choose a file…', profile: undefined },
  ];
  const choice =
    others.length === 0
      ? items[0]
      : await window.showQuickPick(items, {
          title: `Compare ${profileName(newer.uri)} with an older profile`,
        });
  if (!choice || choice.profile) return choice?.profile;
  const file = await chosenFile();
  return file && loadProfile(server, file);
}

/** Weighs the hotspots by a loaded profile; by none: by how the code looks. */
export async function useProfile(server: LanguageServer, profile: ProfileInfo | undefined): Promise<void> {
  await select(server, profile ? { uri: profile.uri } : {});
}

/** Forgets a profile, or all. */
export async function forgetProfiles(
  server: LanguageServer,
  profiles: readonly ProfileInfo[],
  gone: ProfileInfo | undefined,
): Promise<void> {
  const remove = gone ? [gone.uri] : profiles.map(({ uri }) => uri);
  const current = profiles.find((one) => one.current && !remove.includes(one.uri));
  await select(server, { ...(current && { uri: current.uri }), remove });
}

/** Runs a Go benchmark or test with a profile, and weighs the hotspots by it. */
export async function record(server: LanguageServer, uri: string, name: string): Promise<void> {
  const client = await server.start();
  const { uri: profile } = await longRequest<RecordResult>(
    client,
    `running ${name} with a profile`,
    recordRequest,
    {
      uri,
      name,
    },
  );
  await load(server, profile);
  await reached('profileLoaded');
}

/** As `record`, for a benchmark that the user chooses of the package that the active editor's file is in. */
export async function recordChosen(server: LanguageServer): Promise<void> {
  const document = window.activeTextEditor?.document;
  const benchmarks = document ? await benchmarksBeside(document) : [];
  if (benchmarks.length === 0)
    return void inform(
      'No Go benchmark is in the folder of the active editor: open a file of the package that has one.',
    );
  const choice =
    benchmarks.length === 1
      ? benchmarks[0]
      : await window.showQuickPick(benchmarks, { title: 'Record allocations of a benchmark' });
  if (choice) await record(server, choice.uri, choice.label);
}

/** The benchmarks of the folder's test files; those of the document first, as its editor has them. */
async function benchmarksBeside(
  document: TextDocument,
): Promise<{ readonly label: string; readonly description: string; readonly uri: string }[]> {
  const folder = Uri.joinPath(document.uri, '..');
  const names = (await workspace.fs.readDirectory(folder)).map(([name]) => name);
  const files = names.filter((name) => name.endsWith('_test.go')).map((name) => Uri.joinPath(folder, name));
  const own = document.uri.toString();
  files.sort((x, y) => Number(y.toString() === own) - Number(x.toString() === own));
  const texts = await Promise.all(files.map(async (file) => workspace.openTextDocument(file)));
  return texts.flatMap((text) =>
    benchmarksIn(text.getText()).map(({ name }) => ({
      label: name,
      description: fileName(text.uri),
      uri: text.uri.toString(),
    })),
  );
}

async function select(server: LanguageServer, params: SelectProfileParams): Promise<void> {
  await (await server.start()).sendRequest<ProfileInfo[]>(selectProfileRequest, params);
}

async function chosenFile(): Promise<Uri | undefined> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const found = await window.showOpenDialog({
    title: 'A profile: Go’s pprof (heap, allocs, CPU), or V8’s .heapprofile or .heaptimeline',
    openLabel: 'Load',
    ...(folder && { defaultUri: folder }),
    filters: {
      Profiles: ['pprof', 'prof', 'out', 'gz', 'pgo', 'heapprofile', 'heaptimeline'],
      'All files': ['*'],
    },
  });
  return found?.[0];
}
