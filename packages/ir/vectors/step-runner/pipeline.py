import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a', runner='docker', runner_args={'b': 1, 'a': ['x', None, True]})]
