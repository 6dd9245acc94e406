import { inside, isLink, realPath } from '../host/paths';
import { obstacle } from '../host/replace';
import { shownPath } from './walk';

/**
 * Which files `fix` may change: those that were named and what lies below named folders, but nothing to which a symbolic
 * link leads out of them.
 */
export class Permission {
  readonly #roots: readonly string[];
  readonly #known = new Map<string, string | undefined>();
  /** Real path → the file that stands for it. */
  readonly #real = new Map<string, string>();

  /** @param targets absolute paths of what was named */
  constructor(
    targets: readonly string[],
    private readonly cwd: string,
  ) {
    this.#roots = targets.flatMap((target) => realPath(target) ?? []);
  }

  /** Why the file must not be changed; completes “because …”. Undefined when it may. */
  refusal(file: string): string | undefined {
    if (!this.#known.has(file)) this.#known.set(file, this.#refusal(file));
    return this.#known.get(file);
  }

  #refusal(file: string): string | undefined {
    const real = realPath(file);
    if (real === undefined) return 'it does not exist';
    if (!this.#roots.some((root) => inside(real, root))) {
      return isLink(file)
        ? `it is a symbolic link that leads out of the named paths, to ${shownPath(this.cwd, real)}`
        : 'it is not among the named paths';
    }
    const other = this.#real.get(real);
    if (other !== undefined) return `it is the same file as ${shownPath(this.cwd, other)}`;
    this.#real.set(real, file);
    return obstacle(file);
  }
}
