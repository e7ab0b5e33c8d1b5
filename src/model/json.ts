// What a plan or receipt may hold: data, nothing else.
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
