import { basename, dirname } from 'node:path';
import type { Connection } from 'vscode-languageserver';
import { inside } from '../host/paths';
import { LiveProfile, type MapOf } from '../hotspots/live';
import type { HotspotList } from '../hotspots/list';
import { withProfileFile } from '../hotspots/origin';
import { compareStacks, profiledFiles, readProfile } from '../hotspots/read';
import type { CallTree } from '../profile/call-tree';
import { ProfileError } from '../profile/profile-error';
import type { Analyser } from '../service/analyser';
import type { SourceDocument } from '../service/engine';
import { scan } from '../service/scan';
import type { Settings } from '../service/settings';
import { sourceFiles } from '../service/walk';
import { plainText } from '../text/foreign';
import { onLongRequest, type Work } from './long-request';
import {
  loadProfileRequest,
  profilesNotification,
  selectProfileRequest,
  type LoadProfileParams,
  type ProfileInfo,
  type SelectProfileParams,
} from './protocol';
import { failed } from './say';
import { isVirtual, pathOf, uriOf } from './uris';

/** What loading a profile needs of the session. */
export interface ProfilesContext {
  /** Absolute paths of the workspace folders. */
  readonly folders: () => readonly string[];
  readonly analyser: Analyser;
  readonly list: HotspotList;
  /** The present text of a file, open or not. */
  readonly textOf: (file: string) => string;
  readonly mapOf: MapOf;
  /** Open documents by path. */
  readonly buffers: () => ReadonlyMap<string, SourceDocument>;
  readonly settings: (path: string) => Promise<Settings>;
  /** The hotspots are others than before. */
  readonly changed: () => void;
}

/** Profiles that are kept; the one that was loaded first goes. */
const maximumProfiles = 8;

/** The profiles of a session: which are loaded, and which one the hotspots are weighed by. */
export class Profiles {
  readonly #loaded = new Map<string, LiveProfile>();
  #current: string | undefined;
  #base: string | undefined;

  constructor(
    private readonly connection: Connection,
    private readonly context: ProfilesContext,
  ) {}

  /** The loaded profiles, in the order in which they came. */
  get infos(): ProfileInfo[] {
    return [...this.#loaded.values()].map((profile) => this.#infoOf(profile));
  }

  /**
   * Loads a profile, or loads it again, and weighs the hotspots by it: first with what is known, then with what an analysis of
   * the files with its heaviest lines says.
   * @throws ProfileError, AbortError
   */
  async load(file: string, work: Work): Promise<ProfileInfo> {
    const { signal, progress } = work;
    const { list, textOf, mapOf } = this.context;
    progress(basename(file));
    const sources = await this.#sources(signal);
    const origin = { cwd: this.context.folders()[0] ?? '/', signal, progress };
    const read = await withProfileFile(file, origin, async (profile) =>
      readProfile(profile, await profiledFiles(profile, sources), { calls: true }),
    );
    signal.throwIfAborted();
    const profile = new LiveProfile(file, read, textOf, mapOf);
    this.#loaded.delete(file);
    this.#loaded.set(file, profile);
    for (const oldest of [...this.#loaded.keys()].slice(0, -maximumProfiles)) this.#loaded.delete(oldest);
    this.#current = file;
    this.#base = undefined;
    list.use(profile);
    this.#told();
    await this.#analyse(profile, work);
    return this.#infoOf(profile);
  }

  /**
   * Weighs the hotspots by a loaded profile, or by none, and forgets others.
   * @throws ProfileError when a profile cannot be compared with its base
   */
  async select({ uri, base, remove = [] }: SelectProfileParams, work: Work): Promise<void> {
    for (const gone of remove) this.#loaded.delete(pathOf(gone));
    const chosen = uri === undefined ? undefined : this.#loaded.get(pathOf(uri));
    const older = base === undefined ? undefined : this.#loaded.get(pathOf(base));
    const profile = chosen && older ? chosen.since(older) : chosen;
    this.#current = chosen?.file;
    this.#base = chosen && older?.file;
    this.context.list.use(profile);
    this.#told();
    if (profile) await this.#analyse(profile, work);
  }

  /**
   * The stacks of a loaded profile, or what changed in them since another.
   * @throws ProfileError when one is not loaded, or they cannot be compared
   */
  tree(uri: string, base: string | undefined): CallTree {
    const { read } = this.#find(uri);
    return base === undefined ? read.tree! : compareStacks(read, this.#find(base).read);
  }

  /** What a profile may speak of: the files of the workspace, and what lies beside an open document outside of it. */
  async #sources(signal: AbortSignal): Promise<string[]> {
    const folders = this.context.folders();
    const outside = [...this.context.buffers().keys()].filter(
      (path) => !isVirtual(path) && !folders.some((folder) => inside(path, folder)),
    );
    const places = [
      ...folders.map((folder) => ({ folder, recursive: true })),
      ...[...new Set(outside.map((path) => dirname(path)))].map((folder) => ({ folder, recursive: false })),
    ];
    const sources: string[] = [];
    for (const { folder, recursive } of places)
      sources.push(...(await sourceFiles(folder, ['go', 'typescript'], { recursive, signal })).files);
    return sources;
  }

  #find(uri: string): LiveProfile {
    const found = this.#loaded.get(pathOf(uri));
    if (found) return found;
    throw new ProfileError(`${plainText(uri)} is not loaded: load the profile again.`);
  }

  /** Looks at the files with weights that no editor shows, however cold they look. */
  async #analyse(profile: LiveProfile, { signal, progress }: Work): Promise<void> {
    const { analyser, list, settings } = this.context;
    const buffers = this.context.buffers();
    const files = profile.files.filter((file) => !buffers.has(file));
    if (files.length === 0) return;
    const own = await settings(files[0]!);
    const { analyses } = await scan(analyser, files, {
      settings: { ...own, show: 'all' },
      signal,
      buffers,
      progress: (done, total, path) => progress(basename(path), (100 * done) / total),
    });
    if (list.profile !== profile) return;
    list.use(profile, analyses);
    this.#told();
  }

  #told(): void {
    this.context.changed();
    void this.connection.sendNotification(profilesNotification, this.infos);
  }

  #infoOf(profile: LiveProfile): ProfileInfo {
    const { kind, weights, notes } = profile.read;
    const { unit, total, elsewhere } = weights;
    return {
      uri: uriOf(profile.file),
      current: profile.file === this.#current,
      ...(profile.file === this.#base && { base: true as const }),
      kind,
      unit,
      total,
      elsewhere,
      notes: notes.map((note) => plainText(note)),
    };
  }
}

/** Answers `alloclens/loadProfile` and `alloclens/selectProfile`. */
export function registerProfiles(connection: Connection, profiles: () => Profiles | undefined): void {
  const running = (): Profiles => {
    const found = profiles();
    if (!found) throw failed('The server is not initialised.');
    return found;
  };
  onLongRequest(
    connection,
    loadProfileRequest,
    'reading the profile',
    ({ uri }: LoadProfileParams, work): Promise<ProfileInfo> => {
      const session = running();
      const file = pathOf(uri);
      if (isVirtual(file) && !/^https?:/i.test(file))
        throw failed('A profile must be a file on disk, or the address of a running program.');
      return session.load(file, work);
    },
  );
  onLongRequest(
    connection,
    selectProfileRequest,
    'weighing the hotspots',
    async (params: SelectProfileParams, work): Promise<ProfileInfo[]> => {
      const session = running();
      await session.select(params, work);
      return session.infos;
    },
  );
}
