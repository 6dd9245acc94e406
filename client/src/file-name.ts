import { Uri, workspace } from 'vscode';

/** A file as rows and titles name it: below its workspace folder, else by its name. */
export function fileName(file: Uri | string): string {
  const uri = typeof file === 'string' ? Uri.parse(file, true) : file;
  return workspace.getWorkspaceFolder(uri) ? workspace.asRelativePath(uri) : uri.path.replace(/^.*\//, '');
}
