/** Who may come in, and how often (`http.md` 12.4). */
import { formatRules, rateLimitRules } from '../rate-limits/rules.ts'
import { addressBlock, emailAddress, exactUrl, integer, listOf, origin, smtpUrl, visibleAscii } from './parse.ts'
import { optional, secret, setting } from './setting.ts'

export const accessSettings = {
  trustedProxies: setting(
    'HARMONT_TRUSTED_PROXIES',
    listOf(addressBlock),
    [],
    'address ranges of proxies whose X-Forwarded-For is believed',
  ),
  corsOrigins: setting(
    'HARMONT_CORS_ORIGINS',
    listOf(origin),
    [],
    'origins beside the public one whose pages may call the API',
  ),
  webauthnOrigins: setting(
    'HARMONT_WEBAUTHN_ORIGINS',
    listOf(origin),
    [],
    'origins beside the public one on which passkeys may be used',
  ),
  oauthRedirectUris: setting(
    'HARMONT_OAUTH_REDIRECT_URIS',
    listOf(exactUrl),
    [],
    'redirect URIs beside our own that a sign-in may name, compared exactly',
  ),
  signupCap: optional(
    'HARMONT_SIGNUP_CAP',
    integer(0, 2_000_000_000),
    'most users that there may be; 0 closes sign-up; no cap without it',
  ),
  connections: optional(
    'HARMONT_CONNECTIONS',
    integer(10, 1_000_000),
    'most connections at a time; without it a third of the files that the process may have open, at most 20000',
  ),
  connectionsPerAddress: optional(
    'HARMONT_CONNECTIONS_PER_ADDRESS',
    integer(1, 1_000_000),
    'most of them from one address, trusted proxies aside; a quarter of all without it',
  ),
  rateLimits: setting(
    'HARMONT_RATE_LIMITS',
    rateLimitRules,
    'on',
    '`on`, `off`, or a list such as `builds=600/1m` that replaces single limits',
    formatRules,
  ),
  logTokenSecret: secret(
    optional('HARMONT_LOG_TOKEN_SECRET', visibleAscii(16), 'key of log tokens; generated once without it'),
  ),
  cookieSecret: secret(
    optional('HARMONT_COOKIE_SECRET', visibleAscii(16), 'key of cookies and cursors; generated once without it'),
  ),
  encryptionKey: secret(
    optional('HARMONT_ENCRYPTION_KEY', visibleAscii(16), 'key of what is kept encrypted; generated once without it'),
  ),
  metricsToken: secret(
    optional(
      'HARMONT_METRICS_TOKEN',
      visibleAscii(16),
      'what a monitor shows to read `/metrics`; without it that is for this machine only',
    ),
  ),
  smtpUrl: secret(
    optional(
      'HARMONT_SMTP_URL',
      smtpUrl,
      'mail server, `smtp://USER:PASSWORD@HOST:PORT`; without it mails are printed and kept for the local mailbox page',
    ),
  ),
  mailFrom: optional('HARMONT_MAIL_FROM', emailAddress, 'sender of mails; `no-reply@` and the public host without it'),
} as const
