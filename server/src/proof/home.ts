import type { Language } from '../../../rules/model';
import { findModule, UnusableModuleError } from '../go/plan/module';
import { proveInModule } from './module';
import { proveInProject, type ProjectOptions } from './node/prove';
import { projectFolder } from './node/bench-files';
import { ProofError } from './proof-error';
import type { Change, Proofs } from './prove';

/** Whose benchmarks are run: those of a Go module, or of a project of TypeScript or JavaScript. */
export interface Home {
  readonly language: Language;
  /** Absolute. */
  readonly folder: string;
  prove(changes: readonly Change[], options: ProjectOptions): Promise<Proofs>;
}

/** @throws ProofError when the file is in no module that can be used */
export async function homeOf(file: string, language: Language): Promise<Home> {
  if (language === 'typescript') {
    const folder = projectFolder(file);
    return { language, folder, prove: (changes, options) => proveInProject(folder, changes, options) };
  }
  try {
    const module = await findModule(file);
    return {
      language,
      folder: module.folder,
      prove: (changes, options) => proveInModule(module, changes, options),
    };
  } catch (error) {
    if (error instanceof UnusableModuleError) throw new ProofError(error.message);
    throw error;
  }
}
