import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.js.project(pm='npm')
    return [project.run('test:e2e', args=['--watch', 'a b', '$X']), project.run('my script')]
