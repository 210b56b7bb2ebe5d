import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.rust.test(version='1.80', path='api', release=True)]
