/** The broker's own name, for what it made itself, or was made before it wrote down whose doing that was. */
export const INTERNAL_USER = 'rmq-internal'

/** Whose doing an exchange or queue is: `user_who_performed_action`. */
export function makerOf({ maker = INTERNAL_USER }: { readonly maker: string | undefined }): string {
  return maker
}
