import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label=':rocket: …'), hm.sh('make b', label='日本')]
