// The longest name, or label of a wildcard, that nginx's table of names takes with its default of 64 bytes a bucket; a
// longer one fails the whole configuration (measured on 1.22 and 1.26). Raising server_names_hash_bucket_size is not
// Flight's: whoever has set it already would have it twice, which fails everything as well.
const LONGEST_IN_TABLE = 46

// Whether nginx's table of names takes a domain.
export function fitsTable(domain: string): boolean {
  const parts = domain.startsWith('*.') ? domain.split('.') : [domain]
  return parts.every((part) => part.length <= LONGEST_IN_TABLE)
}

// A domain as server_name takes it: itself, or, where it is too long for the table, an expression that matches the
// same. nginx looks at expressions after all names and wildcards.
export function serverName(domain: string): string {
  if (fitsTable(domain)) return domain
  const wildcard = domain.startsWith('*.')
  const literal = (wildcard ? domain.slice(1) : domain).replaceAll('.', '\\.')
  return `~^${wildcard ? '.+' : ''}${literal}$`
}

// Whether a wildcard of nginx (*.example.com, www.example.*) matches a domain, and so would take it from an expression.
export function covers(wildcard: string, domain: string): boolean {
  if (wildcard.startsWith('*.')) return domain.endsWith(wildcard.slice(1))
  return wildcard.endsWith('.*') && domain.startsWith(wildcard.slice(0, -1))
}
