import type { RuleId } from '../../../rules/model';

/** Where the pages are when nobody ships them beside the program. */
export const repositoryPages = 'https://github.com/alloclens/alloclens/blob/main/rules/';

/** A rule's page below `base`, which is a URI of the folder that mirrors `rules/`. */
export function pageOf(ruleId: RuleId, base: string = repositoryPages): string {
  const [language, name] = ruleId.split('/') as ['go' | 'ts', string];
  return `${base.endsWith('/') ? base : `${base}/`}${language === 'ts' ? 'typescript' : 'go'}/${name}.md`;
}
