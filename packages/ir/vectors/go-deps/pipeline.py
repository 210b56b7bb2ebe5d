import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.go(version='1.24', deps=True, path='svc', image='debian:12').test(timeout='5m')]
