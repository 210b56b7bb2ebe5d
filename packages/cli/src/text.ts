/** Text from outside for one terminal line: control and direction characters, which could move the cursor or hide text, become `?`. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (char) =>
    char === '\n' || char === '\t' ? char : '?',
  )
}
