import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.go(path='svc')
    ready = project.setup('go generate ./...', cwd='svc', label='gen', cache=hm.on_change('svc/x.proto'), env={'A': 1})
    return [ready.build(), ready.install().sh('make', label='x'), project.test()]
