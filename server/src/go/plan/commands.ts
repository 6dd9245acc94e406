/**
 * Reads what `go list -n` prints: the commands that the go command would run. Nothing of a compile is imitated, because all
 * of it stands there. Format: cmd/go/internal/work, (*Shell).ShowCmd, seen from Go 1.21 to 1.27.
 */

/** One command line of the compiler, as the go command would run it. */
export interface CompilerCommand {
  /** Absolute path of the compiler. */
  readonly compiler: string;
  /** Absolute, where it runs. */
  readonly folder: string;
  /** Flags and files in order. Paths of the work folder begin with `$WORK`. */
  readonly args: readonly string[];
  /** Text of the files that the go command would write into the work folder for it: path there, `$WORK/b001/importcfg` → text. */
  readonly written: ReadonlyMap<string, string>;
}

const heredoc = /^cat >(\$WORK\/\S+) << 'EOF'/;
/** For a text of one line. */
const echo = /^echo '(.*)' > (\$WORK\/\S+)/;

/** The compiler's commands in the order in which they are printed. What is not understood is passed over. */
export function compilerCommands(printed: string): CompilerCommand[] {
  const commands: CompilerCommand[] = [];
  const written = new Map<string, string>();
  const lines = printed.split(/\r?\n/);
  let folder = '';
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!;
    const file = heredoc.exec(line)?.[1];
    if (file !== undefined) {
      const text: string[] = [];
      // The last line may end with the word: what is written need not end with a line break.
      while (++i < lines.length && !lines[i]!.endsWith('EOF')) text.push(lines[i]!);
      text.push((lines[i] ?? '').slice(0, -'EOF'.length));
      written.set(file, text.join('\n'));
      continue;
    }
    const [, text, at] = echo.exec(line) ?? [];
    if (text !== undefined && at !== undefined) written.set(at, `${text.replaceAll("'\\''", "'")}\n`);
    if (line.startsWith('cd ')) {
      folder = words(line)?.[1] ?? '';
      continue;
    }
    const [compiler, ...args] = words(line) ?? [];
    if (compiler === undefined || !/[\\/]compile(?:\.exe)?$/.test(compiler)) continue;
    commands.push({ compiler, folder, args, written });
  }
  return commands;
}

/** The words of a command line, or undefined: one with a space or what Go quotes stands in a Go string literal. */
function words(line: string): string[] | undefined {
  const found: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/("(?:[^"\\]|\\.)*")(?=\s|$)|(\S+)/g)) {
    if (plain?.startsWith('"')) return undefined;
    const word = quoted === undefined ? plain : unquoted(quoted);
    if (word === undefined) return undefined;
    found.push(word);
  }
  return found;
}

/** Go's escapes are JSON's where a path or a flag has any; another one gives undefined. */
function unquoted(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return undefined;
  }
}
