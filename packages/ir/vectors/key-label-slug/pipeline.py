import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make', label=':rocket: Build & Test :+1: (fast)'), hm.sh('make', label='Kelvin — ÉTÉ 2x')]
