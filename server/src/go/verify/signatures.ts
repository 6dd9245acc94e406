import type { FileEdit } from '../../../../rules/model';
import type { GoPackage } from '../../../../rules/go/rule';

/** True when an edit changes what other packages can see: an exported declaration outside of function bodies. */
export function exportedSignature(pkg: GoPackage, edits: readonly FileEdit[]): boolean {
  return edits.some(({ file: path, span }) => {
    const file = pkg.files.find((candidate) => candidate.path === path);
    if (!file || path.endsWith('_test.go')) return false;
    return file.root.namedChildren.some((node) => {
      if (span.end <= node.startIndex || node.endIndex <= span.start) return false;
      if (node.type === 'function_declaration' || node.type === 'method_declaration') {
        const body = node.childForFieldName('body');
        if (body && span.start >= body.startIndex) return false;
        return isExported(node.childForFieldName('name')?.text);
      }
      if (node.type === 'type_declaration') return true;
      return /^(?:var|const)_declaration$/.test(node.type) && /\b\p{Lu}/u.test(node.text);
    });
  });
}

function isExported(name: string | undefined): boolean {
  return name !== undefined && /^\p{Lu}/u.test(name);
}
