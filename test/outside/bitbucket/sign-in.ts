/** OAuth 2 at Bitbucket: https://developer.atlassian.com/cloud/bitbucket/oauth-2/ */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { newToken, type World } from './world.ts'

export interface Consumer {
  readonly clientId: string
  readonly clientSecret: string
}

const lifeSeconds = 7200

/**
 * `POST /site/oauth2/access_token`: credentials in the header; a code works once, a refresh token
 * repeatedly.
 */
export function exchange(
  world: World,
  { clientId, clientSecret }: Consumer,
  request: IncomingMessage,
  form: URLSearchParams,
  response: ServerResponse,
): readonly string[] {
  const answer = (status: number, facts: Readonly<Record<string, unknown>>) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(facts))
  const right = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
  if (request.headers.authorization !== right) {
    answer(401, { error: 'unauthorized_client', error_description: 'Invalid OAuth client credentials' })
    return ['client credentials: incorrect']
  }
  const type = form.get('grant_type')
  if (type === 'authorization_code') {
    const user = world.codes.get(form.get('code') ?? '')
    world.codes.delete(form.get('code') ?? '')
    if (user === undefined) {
      answer(400, { error: 'invalid_grant', error_description: 'The specified code is not valid.' })
      return []
    }
    const grant = { user, refreshToken: newToken(), accessToken: newToken(), expiresAt: inTwoHours(), isRevoked: false }
    world.grants.push(grant)
    answer(200, tokensOf(grant))
    return []
  }
  if (type !== 'refresh_token') {
    answer(400, { error: 'unsupported_grant_type' })
    return [`grant_type: ${type}`]
  }
  const grant = world.grants.find(({ refreshToken }) => refreshToken === form.get('refresh_token'))
  if (grant === undefined || grant.isRevoked) {
    answer(400, { error: 'invalid_grant', error_description: 'Invalid refresh_token' })
    return []
  }
  grant.accessToken = newToken()
  grant.expiresAt = inTwoHours()
  answer(200, tokensOf(grant))
  return []
}

function inTwoHours(): number {
  return Date.now() + lifeSeconds * 1000
}

function tokensOf({ accessToken, refreshToken }: { readonly accessToken: string; readonly refreshToken: string }) {
  return {
    access_token: accessToken,
    refresh_token: refreshToken,
    scopes: 'webhook repository:write pullrequest account',
    token_type: 'bearer',
    expires_in: lifeSeconds,
    state: 'authorization_code',
  }
}
