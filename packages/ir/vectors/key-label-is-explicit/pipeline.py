import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='build'), hm.sh('make b', key='build')]
