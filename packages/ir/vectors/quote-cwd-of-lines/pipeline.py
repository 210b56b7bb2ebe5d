import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('echo a\necho b', label='a', cwd='my app'), hm.sh('echo a; echo b', label='b', cwd='src')]
