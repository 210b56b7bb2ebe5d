import { Link } from '@tanstack/react-router'
import { CreateFromLink } from './create-from-link.tsx'
import { finishSignup, signupOptions } from './queries.ts'

const sentence =
  'Email confirmed. From now on you sign in with a passkey that this device stores. There is no password.'

/** Continues a sign-up from its mail. */
export function RegisterVerifyPage() {
  return (
    <CreateFromLink
      kind="register"
      options={signupOptions}
      finish={(made, verification_token) => finishSignup({ ...made, verification_token })}
      before={{ title: 'Create a passkey', heading: 'Create your passkey', text: <p>{sentence}</p> }}
      after={{ title: 'Welcome', heading: 'Account created', text: null }}
      ways={
        <>
          <Link to="/register" className="underline">
            Send another link
          </Link>
          {' or '}
          <Link to="/login" className="underline">
            sign in
          </Link>
        </>
      }
    />
  )
}
