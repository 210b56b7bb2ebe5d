import harmont as hm


@hm.pipeline("vec")
def ci():
    project = hm.py.uv(version='0.9.2', path='svc')
    return [project.test(), project.lint(), project.fmt(), project.typecheck(paths='src'), project.run('mkdocs build --strict'), project.build(), project.lock_check(), project.publish(secrets={'UV_PUBLISH_TOKEN': 'pypi'})]
