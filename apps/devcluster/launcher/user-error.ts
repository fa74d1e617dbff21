/** A failure that a person can act on: its message is one line that says what happened and what to do. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

const FILE_FAULTS: Record<string, string> = {
  EACCES: 'no permission',
  EPERM: 'no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file is in the way',
  EEXIST: 'a file is in the way',
  ENOENT: 'it cannot be created there',
};

/** Turns a file system error into one line about the folder. */
export function folderError(folder: string, error: unknown): UserError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = FILE_FAULTS[code] ?? (error instanceof Error ? error.message : String(error));
  return new UserError(`Cannot use the data folder ${folder}: ${why}. Choose another folder with --data DIR.`);
}
