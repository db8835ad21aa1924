/** The machine failed us: what was being done, and the cause. The store concerned takes no more writes. */
export class StorageError extends Error {
  override readonly name = 'StorageError'

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options)
  }
}
