import harmont as hm


@hm.pipeline("vec")
def ci():
    return [hm.sh('make a', label='a'), *([hm.sh(f'make deploy {hm.context.branch} {hm.context.event} {hm.context.base_branch}', label='deploy')] if hm.context.branch == 'feature/x' else [])]
