import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', label='bare', cwd="src/a_b-1.2@%+=:,"), hm.sh('make', label='single', cwd="'my app'"), hm.sh('make', label='double', cwd="\"$HOME/my app\""), hm.sh('make', label='space', cwd="my app"), hm.sh('make', label='quote', cwd="it's"), hm.sh('make', label='variable', cwd="$HOME/my app"), hm.sh('make', label='variable-special', cwd="$A/\"`\\"), hm.sh('make', label='home', cwd="~/my app"), hm.sh('make', label='home-bare', cwd="~/src"), hm.sh('make', label='tilde', cwd="~x"), hm.sh('make', label='dash', cwd="-x"), hm.sh('make', label='dash-space', cwd="-x y"), hm.sh('make', label='unicode', cwd="é"), hm.sh('make', label='semicolon', cwd="a;rm -rf b"), hm.sh('make', label='backslash', cwd="a\\b"), hm.sh('make', label='two-words', cwd="'a' 'b'")]
