import { Field } from '../design/field.tsx'

interface NicknameFieldProps {
  readonly label: string
  readonly value: string
  readonly onChange: (nickname: string) => void
}

/** Asks for the name of a passkey. */
export function NicknameField({ onChange, ...rest }: NicknameFieldProps) {
  return (
    <Field
      hint="Helps you tell your passkeys apart."
      required
      maxLength={255}
      autoComplete="off"
      onChange={({ target }) => onChange(target.value)}
      {...rest}
    />
  )
}
