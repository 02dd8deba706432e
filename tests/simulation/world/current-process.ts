/** The process of the world whose code runs now: all of it, until nothing of it is left to run. */
export const currentProcess: { value: { readonly name: string } | undefined } = { value: undefined }
