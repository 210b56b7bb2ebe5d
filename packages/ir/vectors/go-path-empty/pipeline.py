import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.go.vet(path='')]
