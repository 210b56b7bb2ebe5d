/** Gives the check whether pages of an origin may call us: the public one, and those of HARMONT_CORS_ORIGINS, compared exactly. */
export function originCheck(publicUrl: string, corsOrigins: readonly string[]): (origin: string) => boolean {
  const allowed = new Set([new URL(publicUrl).origin, ...corsOrigins])
  return (origin) => allowed.has(origin)
}
