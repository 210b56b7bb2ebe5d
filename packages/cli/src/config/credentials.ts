/** Tokens by API base (sdk-cli.md 5.3). `HM_API_TOKEN` wins over the file. */
export interface Credentials {
  /** `credentials.toml` beside the user file. */
  readonly file: string
  /** The token for this base and where it comes from; rejects with exit 2 for one that cannot be sent in a header. */
  token(apiUrl: string): Promise<{ readonly token: string; readonly origin: 'HM_API_TOKEN' | 'file' } | undefined>
  store(apiUrl: string, token: string): Promise<void>
  /** Gives false when there was none. */
  remove(apiUrl: string): Promise<boolean>
}
