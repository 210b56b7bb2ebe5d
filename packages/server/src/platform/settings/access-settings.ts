/** Settings of access and its limits (`http.md` 12.4). */
import { formatRules, rateLimitRules } from '../rate-limits/rules.ts'
import { addressBlock, emailAddress, exactUrl, integer, listOf, origin, smtpUrl, visibleAscii } from './parse.ts'
import { optional, secret, setting } from './setting.ts'

export const accessSettings = {
  operators: setting(
    'HARMONT_OPERATORS',
    listOf(emailAddress),
    [],
    'e-mail addresses of the operators of the whole server, who see and change all of its runners',
  ),
  trustedProxies: setting(
    'HARMONT_TRUSTED_PROXIES',
    listOf(addressBlock),
    [],
    'address ranges of proxies whose X-Forwarded-For is trusted',
  ),
  corsOrigins: setting('HARMONT_CORS_ORIGINS', listOf(origin), [], 'additional origins whose pages may call the API'),
  webauthnOrigins: setting(
    'HARMONT_WEBAUTHN_ORIGINS',
    listOf(origin),
    [],
    'additional origins on which passkeys may be used',
  ),
  oauthRedirectUris: setting(
    'HARMONT_OAUTH_REDIRECT_URIS',
    listOf(exactUrl),
    [],
    'additional redirect URIs for sign-in, compared exactly',
  ),
  signupCap: optional(
    'HARMONT_SIGNUP_CAP',
    integer(0, 2_000_000_000),
    'maximum number of users; 0 closes sign-up; unlimited if unset',
  ),
  connections: optional(
    'HARMONT_CONNECTIONS',
    integer(10, 1_000_000),
    'maximum number of connections; if unset, a third of the open file limit of the process, at most 20000',
  ),
  connectionsPerAddress: optional(
    'HARMONT_CONNECTIONS_PER_ADDRESS',
    integer(1, 1_000_000),
    'maximum number of connections from one address, except trusted proxies; if unset, a quarter of all',
  ),
  rateLimits: setting(
    'HARMONT_RATE_LIMITS',
    rateLimitRules,
    'on',
    '`on`, `off`, or a list such as `builds=600/1m` that overrides single limits',
    formatRules,
  ),
  logTokenSecret: secret(
    optional('HARMONT_LOG_TOKEN_SECRET', visibleAscii(16), 'key of log tokens; generated once if unset'),
  ),
  cookieSecret: secret(
    optional('HARMONT_COOKIE_SECRET', visibleAscii(16), 'key of cookies and cursors; generated once if unset'),
  ),
  encryptionKey: secret(
    optional('HARMONT_ENCRYPTION_KEY', visibleAscii(16), 'encryption key of stored secrets; generated once if unset'),
  ),
  metricsToken: secret(
    optional(
      'HARMONT_METRICS_TOKEN',
      visibleAscii(16),
      'bearer token for `/metrics`; if unset, only this machine can read it',
    ),
  ),
  smtpUrl: secret(
    optional(
      'HARMONT_SMTP_URL',
      smtpUrl,
      'mail server, `smtp://USER:PASSWORD@HOST:PORT`; if unset, mails are printed and kept for the local mailbox page',
    ),
  ),
  mailFrom: optional('HARMONT_MAIL_FROM', emailAddress, 'sender of mails; `no-reply@` and the public host if unset'),
} as const
