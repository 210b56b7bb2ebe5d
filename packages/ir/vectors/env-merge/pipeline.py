import harmont as hm


@hm.pipeline("vec", env={'A': 1, 'B': 'pipeline', 'DEBIAN_FRONTEND': 'readline'})
def ci():
    return [hm.sh('make', label='a', env={'B': 'step', 'C': True, 'D': 22, 'TERM': 'xterm'})]
