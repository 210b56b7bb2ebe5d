// Written by contract/generate.ts.
export interface paths {
    "/api/v0/auth/cli/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Claim a transferred session token (CLI loopback poll)
         * @description The CLI polls with the nonce it generated; on a match within the 60s window it receives the raw session token (single-use).
         */
        post: operations["cliClaim"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/cli/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Mint a human-typeable CLI paste code
         * @description Mints a fresh session token for the current user and a short paste code (valid 5 minutes) the user re-types into the CLI to redeem it.
         */
        post: operations["cliCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/cli/redeem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Redeem a CLI paste code for a session token
         * @description The CLI submits the paste code the user typed in; on a match within the 5m window it receives the raw session token (single-use).
         */
        post: operations["cliRedeem"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/cli/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hand a session token to a locally-running CLI (loopback)
         * @description Mints a fresh session token for the current user and parks it under the CLI-supplied nonce for 60 seconds. The CLI claims it via the claim endpoint.
         */
        post: operations["cliTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out (revoke the current bearer token)
         * @description Revokes the bearer token used for this request. The token can no longer be used to authenticate. Idempotent.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/balance/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization's balance
         * @description Returns the organization's current balance in cents — the sum of every ledger entry (credits positive, debits negative). May be negative.
         */
        get: operations["getBillingBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/transactions/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an organization's ledger entries
         * @description Returns the organization's ledger entries, newest first, cursor-paginated.
         */
        get: operations["listBillingTransactions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/usage/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an organization's VM usage
         * @description Aggregates the organization's VM-lease usage over the half-open window `[from, to)` (both ISO-8601 timestamps): resource-seconds per dimension and the total billed cost in cents. Both `from` and `to` are required.
         */
        get: operations["getBillingUsage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/usage/{org}/breakdown": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Per-build VM usage breakdown
         * @description Returns the organization's VM usage over the half-open `[from, to)` window (both ISO-8601), grouped by build (newest first) and broken down per job lease — pipeline, build number, job, VM handle, resource shape, duration and cost — so a charge can be traced to its source.
         */
        get: operations["getBillingUsageBreakdown"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/usage/{org}/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Per-day usage time-series */
        get: operations["getBillingUsageSeries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/invites/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accept an invite */
        post: operations["acceptInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the current user's organizations
         * @description Returns the organizations the authenticated user is a member of, paginated.
         */
        get: operations["listOrganizations"];
        put?: never;
        /**
         * Create an organization
         * @description Creates a new organization with the authenticated user as its owner.
         */
        post: operations["createOrganization"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the builds of an organization */
        get: operations["listOrganizationBuilds"];
        put?: never;
        /**
         * Create a build by repo + source slug
         * @description Creates a build by addressing the pipeline through its repo-natural identity (`repo_name` + `source_slug`) rather than the org-global slug. This is the `hm run` path. Resolution, manual-build gating, billing, and IR handling are otherwise identical to `createBuild`. A repo/source slug that matches no pipeline yields 404.
         */
        post: operations["createBuildBySource"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/invites": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List pending invites */
        get: operations["listInvites"];
        put?: never;
        /** Invite an email to the organization */
        post: operations["createInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/invites/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a pending invite */
        delete: operations["revokeInvite"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List organization members */
        get: operations["listOrgMembers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/members/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a member */
        delete: operations["removeOrgMember"];
        options?: never;
        head?: never;
        /** Change a member's role */
        patch: operations["updateOrgMember"];
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List an organization's pipelines
         * @description Returns the organization's non-archived pipelines, paginated. A slug the user cannot access is reported as 404.
         */
        get: operations["listPipelines"];
        put?: never;
        /**
         * Create a pipeline
         * @description Creates a pipeline in the organization. The slug is derived from the name; a colliding slug within the organization yields 422.
         */
        post: operations["createPipeline"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a pipeline
         * @description Returns the pipeline identified by the path slug within the organization. An unknown slug (or one in another organization) is reported as 404.
         */
        get: operations["getPipeline"];
        put?: never;
        post?: never;
        /** Archive a pipeline */
        delete: operations["archivePipeline"];
        options?: never;
        head?: never;
        /** Change a pipeline */
        patch: operations["updatePipeline"];
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a pipeline's builds
         * @description Returns the pipeline's builds, newest first, paginated.
         */
        get: operations["listBuilds"];
        put?: never;
        /**
         * Create a build
         * @description Creates a build for the pipeline and starts execution in-process. When `pipeline_ir` is supplied the IR is materialised directly; when it is absent the engine renders the pipeline's IR in a sandbox VM first (rendering never happens on the API host). A manual build against a pipeline that disallows manual builds yields 403; an IR that fails to render/parse/plan yields 422 (the build row is created with its error fields set).
         */
        post: operations["createBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a build
         * @description Returns the build identified by its pipeline-scoped number. An unknown number (or one in another pipeline) is reported as 404.
         */
        get: operations["getBuild"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Cancel a build
         * @description Cancels an in-flight build in-process (transitions non-terminal jobs and tears down their sandboxes). Idempotent: cancelling an already-terminal build is a no-op. Returns the reloaded build with its updated state.
         */
        put: operations["cancelBuild"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a build's jobs
         * @description Returns the build's jobs in DAG creation order.
         */
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a job
         * @description Returns a single job within the build. A `job_id` that belongs to another build is reported as 404.
         */
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/log-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Mint a build-scoped log token
         * @description Returns a short-lived (~1 hour) HMAC token the SSE log stream accepts, scoped to this build. Pass it as the stream's `token` query parameter.
         */
        get: operations["getBuildLogToken"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the current authenticated user
         * @description Returns the bearer-authenticated user and their personal-organization slug.
         */
        get: operations["getCurrentUser"];
        put?: never;
        post?: never;
        /** Delete the current user's account */
        delete: operations["deleteCurrentUser"];
        options?: never;
        head?: never;
        /** Update the current user's display name */
        patch: operations["updateCurrentUser"];
        trace?: never;
    };
    "/api/v0/user/api-tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the current user's API keys */
        get: operations["listApiTokens"];
        put?: never;
        /**
         * Create a personal API key
         * @description Returns the raw secret in the response body. It is shown only once and cannot be retrieved later.
         */
        post: operations["createApiToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/api-tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of the current user's API keys */
        delete: operations["revokeApiToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/google": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with Google */
        post: operations["authGoogle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/github": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign in with GitHub */
        post: operations["authGithub"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/signup/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a sign-up mail */
        post: operations["passkeySignupBegin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/signup/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a sign-up with a passkey */
        post: operations["passkeySignupOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/signup/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a sign-up with a passkey */
        post: operations["passkeySignupFinalize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/login/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a sign-in with a passkey */
        post: operations["passkeyLoginOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/login/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a sign-in with a passkey */
        post: operations["passkeyLoginFinalize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/register/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin to add a passkey */
        post: operations["passkeyRegisterOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/passkey/register/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Add a passkey */
        post: operations["passkeyRegisterFinalize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/recover/begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a recovery mail */
        post: operations["recoverBegin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/recover/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a recovery */
        post: operations["recoverOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/recover/finalize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a recovery */
        post: operations["recoverFinalize"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in here, and what this server offers */
        get: operations["getAuthConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/{provider}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Go to an identity provider */
        get: operations["startOAuth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/auth/{provider}/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Come back from an identity provider */
        get: operations["finishOAuth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who calls, and what it may do where */
        get: operations["getSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/setup/inspect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a setup link is for */
        post: operations["setupInspect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/setup/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin the setup with a passkey */
        post: operations["setupOptions"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/setup/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the setup */
        post: operations["setupComplete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the passkeys of the current user */
        get: operations["listPasskeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/passkeys/{uuid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a passkey */
        delete: operations["deletePasskey"];
        options?: never;
        head?: never;
        /** Name a passkey */
        patch: operations["renamePasskey"];
        trace?: never;
    };
    "/api/v0/user/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the sessions of the current user */
        get: operations["listSessions"];
        put?: never;
        post?: never;
        /** End all other sessions, with current=true this one too */
        delete: operations["revokeSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["revokeSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/identities": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the linked accounts of the current user */
        get: operations["listIdentities"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/user/identities/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unlink an account */
        delete: operations["unlinkIdentity"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an organization */
        get: operations["getOrganization"];
        put?: never;
        post?: never;
        /** Delete an organization */
        delete: operations["deleteOrganization"];
        options?: never;
        head?: never;
        /** Change an organization */
        patch: operations["updateOrganization"];
        trace?: never;
    };
    "/api/v0/organizations/{org}/repos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories of an organization */
        get: operations["listOrgRepos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/audit-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what, when and from where */
        get: operations["listAuditEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/invites/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What an invite is for */
        post: operations["previewInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the secrets of an organization, without values */
        get: operations["listOrganizationSecrets"];
        put?: never;
        /** Set a secret of an organization */
        post: operations["setOrganizationSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a secret of an organization */
        delete: operations["deleteOrganizationSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipeline-summaries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List pipelines with their newest builds */
        get: operations["listPipelineSummaries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the secrets of a pipeline, without values */
        get: operations["listPipelineSecrets"];
        put?: never;
        /** Set a secret of a pipeline, which wins over the organization's */
        post: operations["setPipelineSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/secrets/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a secret of a pipeline */
        delete: operations["deletePipelineSecret"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/internal/builds/{build_uuid}/source.tar.gz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Fetch the source archive of a build */
        get: operations["getBuildSource"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/jobs/{job_id}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow the log of a job */
        get: operations["streamJobLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v0/jobs/{job_id}/logs.txt": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the log of a job as plain text */
        get: operations["getJobLogText"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a log holds, and a page of it */
        get: operations["readJobLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The services that run beside a job
         * @description In the order of the pipeline. Empty before its sandbox is made, and for a job that was found in the cache. The `id` of a service serves as a job id for logs.
         */
        get: operations["listJobServices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/forks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The runs that prove a job's failed tests
         * @description In the order in which they ended. Each is a run of the command of a failed job, or of the command for one test, in a fork of what the job started from. The `id` of a fork serves as a job id for logs, which have the last 64 KiB of its output.
         */
        get: operations["listJobForks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/egress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The hosts that a job used and was refused
         * @description Known once the job has ended, for a step with `egress`, or of an organization with `egress_ceiling`.
         */
        get: operations["getJobEgress"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log/lines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read lines of a log */
        get: operations["readJobLogLines"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/log/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search a log */
        get: operations["searchJobLog"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Everything that the page of a build shows */
        get: operations["getBuildView"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Build the same again */
        post: operations["rebuildBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retry jobs of a build */
        post: operations["retryBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Retry a job */
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/jobs/{job_id}/shell": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a shell in the file system of a job's step */
        post: operations["openShell"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the build of a fork start */
        post: operations["approveBuild"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow a build */
        get: operations["streamBuildEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follow the builds of an organization */
        get: operations["streamOrganizationEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/github/installations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List GitHub installations */
        get: operations["listGithubInstallations"];
        put?: never;
        /** Bind a GitHub installation */
        post: operations["connectGithubInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/github/installations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Free a GitHub installation */
        delete: operations["disconnectGithubInstallation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/github/installations/{id}/repos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories of a GitHub installation */
        get: operations["listGithubInstallationRepos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/github/installations/{id}/sync": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Read a GitHub installation anew */
        post: operations["syncGithubInstallation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/bitbucket/oauth-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where to connect Bitbucket */
        get: operations["bitbucketOAuthUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/bitbucket/workspaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List Bitbucket workspaces */
        get: operations["listBitbucketWorkspaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/bitbucket/workspaces/{id}/repos": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the repositories of a Bitbucket workspace */
        get: operations["listBitbucketRepos"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/bitbucket/workspaces/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Free a Bitbucket workspace */
        delete: operations["disconnectBitbucket"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/integrations/bitbucket/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Bind Bitbucket workspaces */
        post: operations["connectBitbucket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/github/install-url": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where to install the GitHub App */
        get: operations["githubInstallUrl"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/webhooks/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an event of GitHub or Bitbucket */
        post: operations["receiveWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/coupon/redeem/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Redeem a coupon */
        post: operations["redeemCoupon"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/checkout/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Begin a payment */
        post: operations["createCheckout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/stripe/webhook": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Take an event of Stripe */
        post: operations["stripeWebhook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/usage/{org}/pipelines": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usage by pipeline */
        get: operations["getUsageByPipeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/billing/export/{org}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The ledger or the usage as CSV */
        get: operations["exportBilling"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Ask whether the API answers */
        get: operations["ping"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** This document */
        get: operations["getOpenApiDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/openid-configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the identity tokens of steps are verified (OpenID Connect Discovery) */
        get: operations["getOpenIdConfiguration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/.well-known/jwks.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The public keys that sign the identity tokens of steps */
        get: operations["getJwks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the process serves */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server can do its work */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a monitor reads, as Prometheus text */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/internal/scale": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How many runners a pool wants, for an autoscaler */
        get: operations["getScale"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/mailbox": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The mails of a local server without SMTP */
        get: operations["listMailbox"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a build's tests
         * @description Returns the results of tests that the steps of a build reported, failed ones first, then the slowest. Of a step that was retried, those of the newest attempt that reported any.
         */
        get: operations["listBuildTests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List a pipeline's tests
         * @description Returns the tests that the newest 50 builds of the default branch ran, by name; with a state, those that failed last first, or that were proved last. Results of forks do not count.
         */
        get: operations["listPipelineTests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/tests/{test}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a test
         * @description Returns a test with its results in builds of any branch, newest first. Results of forks are left out. Those of passed tests are kept for 30 days, the others for 180.
         */
        get: operations["getTest"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Put a test into quarantine, or lift it
         * @description Quarantine lasts for 14 days from the last proof that the test is flaky, or from this call, and ends early after 50 passes in a row on the default branch.
         */
        patch: operations["updateTest"];
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/annotations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The summary and annotations of a build's steps
         * @description Returns what the newest attempts left, in the order of the steps: at most 20 of a step and 100 of a build.
         */
        get: operations["listAnnotations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the artifacts of a build, by path */
        get: operations["listArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts/{artifact_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download an artifact
         * @description The bytes as an attachment. `ETag` is the SHA-256 of the whole file; one range gives 206.
         */
        get: operations["getArtifact"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/builds/{number}/artifacts.zip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download the artifacts of a build as one zip archive
         * @description Of each step the artifacts of its newest attempt, each below a directory named after its step. Expired ones are left out.
         */
        get: operations["downloadArtifacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/runners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the runners that take jobs of the organization
         * @description Includes what waits for runners. Jobs of other organizations are counted, never named.
         */
        get: operations["listRunners"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/runners/{runner_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Refuse a runner from now on
         * @description Jobs that it has start again elsewhere when their leases end.
         */
        delete: operations["revokeRunner"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/runners/{runner_id}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Give a runner nothing new
         * @description Jobs that it has end as usual. It takes work again when it is resumed, and at its next start.
         */
        put: operations["drainRunner"];
        post?: never;
        /** Let a runner take work again */
        delete: operations["resumeRunner"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/runner-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the keys with which runners join
         * @description Those that the caller may revoke, and that are neither revoked nor expired.
         */
        get: operations["listRunnerKeys"];
        put?: never;
        /** Create a key with which runners join */
        post: operations["createRunnerKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/runner-keys/{key_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a key for runners
         * @description No runner joins with it any more. Those that have joined stay.
         */
        delete: operations["revokeRunnerKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List who is told of what
         * @description Those of the organization and of its pipelines, oldest first.
         */
        get: operations["listNotifications"];
        put?: never;
        /** Tell somebody what happens to builds */
        post: operations["createNotification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications/{notification_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a notification with its log */
        delete: operations["deleteNotification"];
        options?: never;
        head?: never;
        /** Change a notification, or switch it off and on */
        patch: operations["updateNotification"];
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications/{notification_id}/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replace the secret of a webhook
         * @description For a day messages have the signatures of both secrets.
         */
        post: operations["rotateNotificationSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications/{notification_id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a message that only says that it arrives */
        post: operations["testNotification"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications/{notification_id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List what was sent, and what came of it
         * @description Newest first. Deliveries are kept for 30 days.
         */
        get: operations["listNotificationDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/notifications/{notification_id}/deliveries/{delivery_id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a delivery again
         * @description With the same id, by which a receiver knows what it has already.
         */
        post: operations["replayNotificationDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/unsubscribe": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Go to the page that ends mails */
        get: operations["showUnsubscribe"];
        put?: never;
        /**
         * End the mails of a notification
         * @description Mail programs send this by themselves (RFC 8058), with any body.
         */
        post: operations["unsubscribe"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/badges/{org}/{pipeline}.svg": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Show the state of a branch as a picture
         * @description Off until an administrator switches it on. The answer is the same for a pipeline that does not exist, a badge that is off, and a wrong token.
         */
        get: operations["getBadge"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/badge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show who may see the badge of a pipeline */
        get: operations["getBadgeSettings"];
        /**
         * Say who may see the badge of a pipeline
         * @description `token` makes a new token each time.
         */
        put: operations["updateBadgeSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/pipelines/{pipeline}/time": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the time of a pipeline's builds went
         * @description Sums up the critical paths of the builds that ended in the last days.
         */
        get: operations["getPipelineTime"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/registries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the logins of registries
         * @description Returns the registries that runners log in to when they pull images for the organization, without secrets.
         */
        get: operations["listRegistries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v0/organizations/{org}/registries/{host}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the login of a registry
         * @description Runners pull images of this registry with it. It is in no sandbox, and an image that needs it serves this organization alone.
         */
        put: operations["setRegistry"];
        post?: never;
        /** Remove the login of a registry */
        delete: operations["deleteRegistry"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * User
         * @description The authenticated Harmont user.
         */
        User: {
            /** @description The user's email address. */
            email: string;
            /** @description Display name. */
            name?: string | null;
            /**
             * Format: uuid
             * @description Stable user id.
             */
            uuid: string;
        };
        /**
         * Pipeline
         * @description A repeatable CI workflow belonging to an organization.
         */
        Pipeline: {
            /** @description Whether manual (e.g. `hm run`) builds are permitted. */
            allow_manual: boolean;
            /**
             * Format: date-time
             * @description When the pipeline was created.
             */
            created_at: string;
            /** @description The branch built by default. */
            default_branch: string;
            /** @description Optional human description. */
            description?: string | null;
            /** @description Display name. */
            name: string;
            /** @description The pipeline's repo as `owner/repo` — from the mirrored GitHub repo when known, else parsed from the clone URL. `null` when unknown. */
            repo_name?: string | null;
            /** @description The source repository this pipeline builds. */
            repository: string;
            /** @description URL-safe slug, unique within the organization. Derived from the name. */
            slug: string;
            /**
             * @description Whether the pipeline is private or public.
             * @enum {string}
             */
            visibility: "private" | "public";
            /** @description The pipeline's name inside its repository. */
            source_slug?: string | null;
            /** Format: date-time */
            archived_at?: string | null;
            /** @description Name, manual builds and default branch are set by the repository's code. */
            managed_by_code?: boolean;
            /**
             * @description What happens to pull requests from forks.
             * @enum {string}
             */
            fork_policy?: "approval" | "always" | "never";
            /** @description Globs of branches that, as the default branch, find only cache entries that such branches made. */
            protected_branches?: string[];
            /** @description All its builds but those of forks find each other's cache entries. */
            cache_share?: boolean;
        };
        /**
         * CreateBuildRequest
         * @description Creates a build for a pipeline. Two paths: supply pre-rendered v0 IR JSON in `pipeline_ir` (the `hm run` / API path), or omit `pipeline_ir` to have the engine render the registered pipeline's IR in a sandbox VM (decision #5 — rendering never happens on the API host). The IR is then parsed and planned in-process; on a plan/render rejection the build row is created with its error fields set and the request returns 422.
         */
        CreateBuildRequest: {
            /** @description Source branch. */
            branch: string;
            /** @description Source commit SHA. */
            commit: string;
            /** @description Build-level environment variables. */
            env?: {
                [key: string]: string;
            } | null;
            /** @description Optional build/commit message. */
            message?: string | null;
            /** @description The pre-rendered v0 IR JSON the engine materialises into jobs. When absent/blank the engine renders the pipeline's IR in a sandbox VM instead. */
            pipeline_ir?: string | null;
            /** @description How the build was triggered (e.g. `api`, `ui`). Defaults to `api`. */
            source?: string | null;
            /** @description Base64-encoded source tarball (expected to be gzipped; the API validates only that it is valid base64, not the archive format) — the `hm run` local-code upload path. When present, the API stores it at the build's key and derives the internal, runner-token-authenticated `source_url`; it takes precedence over any caller-supplied `source_url`. */
            source_b64?: string | null;
            /** @description SHA-256 of the source archive, verified by the sandbox before rendering (in-sandbox-render path). Defaults to empty when omitted. */
            source_sha256?: string | null;
            /** @description URL to the build's source archive, fetched by the sandbox. Ignored when `source_b64` is supplied (the API derives this internally). */
            source_url?: string | null;
        };
        /**
         * BitbucketWorkspace
         * @description A connected Bitbucket workspace.
         * @example {
         *       "name": "Acme Inc",
         *       "slug": "acme"
         *     }
         */
        BitbucketWorkspace: {
            /** @description Display name of the workspace. */
            name?: string;
            /** @description Unique workspace slug. */
            slug: string;
        };
        /** OrgMember */
        OrgMember: {
            email: string;
            name?: string | null;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            /** Format: uuid */
            user_uuid: string;
        };
        /**
         * RecoverOptionsRequest
         * @description Validates a magic-link token (without consuming it) and returns WebAuthn credential-creation options to enroll a fresh passkey.
         */
        RecoverOptionsRequest: {
            /** @description The raw token from the recovery email. */
            magic_link_token: string;
        };
        /**
         * Transaction
         * @description One append-only ledger entry — a credit (positive) or debit (negative).
         */
        Transaction: {
            /** @description Signed amount in cents: positive for credits, negative for debits. */
            amount_cents: number;
            /**
             * Format: date-time
             * @description When the entry was recorded.
             */
            created_at: string;
            /** @description Optional human-readable note. */
            description?: string | null;
            /**
             * Format: uuid
             * @description The entry's id.
             */
            id: string;
            /**
             * @description What produced the entry.
             * @enum {string}
             */
            source: "stripe_topup" | "coupon_redemption" | "admin_grant" | "vm_lease_debit" | "refund";
            /** @description What a debit is for. */
            job?: {
                pipeline_slug: string;
                number: number;
                /** Format: uuid */
                job_id: string;
            } | null;
        };
        /**
         * CliClaimRequest
         * @description The CLI polls with its nonce to claim the session token the SPA transferred.
         * @example {
         *       "nonce": "a7Kp...random"
         *     }
         */
        CliClaimRequest: {
            /** @description The nonce the CLI generated for this loopback handoff. */
            nonce: string;
        };
        /**
         * UsageBreakdownJob
         * @description A single job's VM lease: the VM that ran it, its shape, how long it ran, and what it cost.
         */
        UsageBreakdownJob: {
            /** @description The debit for this lease, in cents (negative). */
            amount_cents: number;
            /** @description vCPUs leased. */
            cpu_count: number;
            /** @description GB of disk leased. */
            disk_gb: number;
            /** @description Lease duration in seconds (null while still running). */
            duration_seconds?: number | null;
            /**
             * Format: date-time
             * @description When the lease finished (null if still running).
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The job's id.
             */
            job_id?: string | null;
            /** @description The job's human-readable name. */
            job_name?: string | null;
            /** @description GB of RAM leased. */
            memory_gb: number;
            /**
             * Format: date-time
             * @description When the lease started.
             */
            started_at: string;
            /** @description The job's DAG step key. */
            step_key?: string | null;
            /** @description The backend VM identifier that ran the job. */
            vm_handle?: string | null;
        };
        /**
         * BitbucketRepoList
         * @description Bitbucket repositories visible within the requested workspace.
         * @example {
         *       "repos": []
         *     }
         */
        BitbucketRepoList: {
            /** @description The repositories. */
            repos: components["schemas"]["BitbucketRepo"][];
        };
        /**
         * RepoRegistration
         * @description A single registration channel for a repository. `provider` is the channel the repo was connected through: `github` (the GitHub App), `bitbucket` (Bitbucket OAuth), or `cli` (reserved for direct CLI registration — not yet emitted). `account` is the connecting account/workspace login.
         */
        RepoRegistration: {
            /** @description The account/workspace login the repo was registered under. */
            account: string;
            /** @description The registration channel: `github`, `bitbucket`, or `cli`. */
            provider: string;
        };
        /**
         * AuthGithubRequest
         * @description GitHub OAuth callback payload from the SPA.
         * @example {
         *       "code": "abc123def456",
         *       "redirect_uri": "https://app.harmont.dev/auth/callback"
         *     }
         */
        AuthGithubRequest: {
            /** @description The authorization code returned by GitHub to the SPA. */
            code: string;
            /** @description The redirect URI the SPA used on the authorize step; Assent must send the same value on the code exchange. */
            redirect_uri: string;
            state?: string | null;
            code_verifier?: string | null;
        };
        /**
         * GithubInstallation
         * @description A GitHub App installation the organization has connected. The numeric `installation_id` is GitHub's installation id (used to address sync/unbind), while `id` is Harmont's internal row id.
         */
        GithubInstallation: {
            /** @description The GitHub account (org or user) the App is installed on. */
            account_login: string;
            /** @description `Organization` or `User`. */
            account_type: string;
            /**
             * Format: date-time
             * @description When the installation row was first mirrored.
             */
            created_at: string;
            /** @description Harmont's internal installation row id. */
            id: number;
            /** @description GitHub's numeric installation id. */
            installation_id: number;
            /**
             * Format: date-time
             * @description When the installation row was last updated.
             */
            updated_at: string;
        };
        /**
         * PasskeyChallengeResponse
         * @description The server-side challenge id (correlate it on finalize) and the PublicKeyCredential*Options the browser WebAuthn API consumes.
         */
        PasskeyChallengeResponse: {
            /**
             * Format: uuid
             * @description Opaque id of the stored, single-use challenge. Echo it back on finalize.
             */
            challenge_id: string;
            /** @description The PublicKeyCredentialCreationOptions / RequestOptions for the browser. */
            options: {
                [key: string]: unknown;
            };
        };
        /** UsageSeriesResponse */
        UsageSeriesResponse: {
            data: components["schemas"]["UsageSeriesBucket"][];
        };
        /**
         * JobList
         * @description A build's jobs, in DAG creation order.
         */
        JobList: {
            /** @description The build's jobs. */
            data: components["schemas"]["Job"][];
        };
        /**
         * PasskeyRegisterFinalizeRequest
         * @description Completes adding a passkey by submitting the attestation for the challenge.
         */
        PasskeyRegisterFinalizeRequest: {
            /** @description The WebAuthn attestation response from navigator.credentials.create. */
            attestation: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The challenge id returned by the register-options call.
             */
            challenge_id: string;
            /** @description Optional human label for the new passkey. */
            nickname?: string | null;
        };
        /**
         * TokenResponse
         * @description A freshly minted session bearer token.
         */
        TokenResponse: {
            /** @description The raw session bearer token. Send it as `Authorization: Bearer <token>`. */
            token: string;
        };
        /**
         * CliTokenResponse
         * @description The raw session bearer token handed to the CLI.
         */
        CliTokenResponse: {
            /** @description The raw session bearer token. Send it as `Authorization: Bearer <token>`. */
            token: string;
        };
        /**
         * Error
         * @description The Harmont error envelope.
         */
        Error: {
            error: {
                /** @description Catalog code. */
                code: string;
                /** @description Docs link for this error. */
                doc_url?: string;
                /** @description Human-readable message. */
                message: string;
                /** @description Correlates with server logs/traces. */
                request_id?: string;
                /** @description Stable machine error type. */
                type: string;
                /** @description What is wrong with the input, field by field. */
                errors?: {
                    /** @description A dotted path; empty for the whole body. */
                    field: string;
                    message: string;
                }[];
                /** @description payload_too_large: how large the body may be. */
                limit_bytes?: number;
                /** @description build_plan_rejected: the failed build. */
                build?: {
                    pipeline_slug: string;
                    number: number;
                };
                /** @description not_ready: the checks of /readyz by name. */
                checks?: {
                    [key: string]: components["schemas"]["ReadinessCheck"];
                };
            };
            /** @description Errors of log streams only: `error.code` once more. */
            code?: string;
            /** @description Errors of log streams only: `error.message` once more. */
            message?: string;
        };
        /**
         * UsageBreakdownBuild
         * @description All VM usage attributed to one build, rolled up and broken down per job.
         */
        UsageBreakdownBuild: {
            /**
             * Format: uuid
             * @description The build's public external id.
             */
            build_external_id?: string | null;
            /**
             * Format: uuid
             * @description The build's id (null for leases with no build).
             */
            build_id?: string | null;
            /** @description The per-pipeline build number. */
            build_number?: number | null;
            /**
             * Format: date-time
             * @description Latest finish among the build's completed leases (null only if no lease has finished yet).
             */
            finished_at?: string | null;
            /** @description Number of job leases in the build. */
            job_count: number;
            /** @description Per-job leases, oldest first. */
            jobs: components["schemas"]["UsageBreakdownJob"][];
            /**
             * Format: uuid
             * @description The pipeline's id.
             */
            pipeline_id?: string | null;
            /** @description The pipeline's name. */
            pipeline_name?: string | null;
            /** @description The pipeline's routing slug (for linking). */
            pipeline_slug?: string | null;
            /**
             * Format: date-time
             * @description Earliest lease start in the build.
             */
            started_at: string;
            /** @description Sum of this build's lease debits, in cents (negative). */
            total_cents: number;
        };
        /**
         * RecoverFinalizeRequest
         * @description Completes recovery: consumes the magic-link token + challenge, registers a new passkey, and mints a session token.
         */
        RecoverFinalizeRequest: {
            /** @description The WebAuthn attestation response from navigator.credentials.create. */
            attestation: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The challenge id returned by the recover-options call.
             */
            challenge_id: string;
            /** @description The raw recovery token (consumed here). */
            magic_link_token: string;
            /** @description What to remove beside all sessions. */
            revoke?: ("passkeys" | "api_tokens")[] | null;
        };
        /**
         * BitbucketRepo
         * @description A Bitbucket repository visible to the connected OAuth token.
         * @example {
         *       "clone_url": "https://bitbucket.org/acme/widget.git",
         *       "default_branch": "main",
         *       "full_name": "acme/widget",
         *       "name": "widget",
         *       "private": true
         *     }
         */
        BitbucketRepo: {
            /** @description HTTPS clone URL. */
            clone_url?: string | null;
            /** @description Default branch name. */
            default_branch?: string | null;
            /** @description Workspace-qualified repo name, e.g. `acme/widget`. */
            full_name: string;
            /** @description Repository slug. */
            name: string;
            /** @description Whether the repository is private. */
            private?: boolean;
        };
        /**
         * RedeemCouponResponse
         * @description The credit granted by the coupon and the organization's resulting balance, both in cents.
         */
        RedeemCouponResponse: {
            /** @description The organization's balance after the credit, in cents. */
            balance_cents: number;
            /** @description The credit granted by the coupon, in cents. */
            credit_cents: number;
        };
        /**
         * BuildList
         * @description A page of a pipeline's builds (newest first), with an opaque cursor.
         */
        BuildList: {
            /** @description The builds on this page, newest first. */
            data: components["schemas"]["Build"][];
            /** @description Opaque cursor for the next page. Pass it as the `cursor` query parameter; `null` when there are no more pages. */
            next_cursor: string | null;
        };
        /** InviteList */
        InviteList: {
            data: components["schemas"]["Invite"][];
        };
        /** UpdateMemberRoleRequest */
        UpdateMemberRoleRequest: {
            /** @enum {string} */
            role: "owner" | "admin" | "member";
        };
        /**
         * CliRedeemRequest
         * @description The CLI redeems a paste code the user typed in, receiving the session token.
         * @example {
         *       "code": "K7P2QR9MX3WZ4NTV"
         *     }
         */
        CliRedeemRequest: {
            /** @description The paste code shown by the SPA. */
            code: string;
        };
        /**
         * ConnectInstallationRequest
         * @description Binds an existing GitHub App installation (identified by its GitHub numeric installation id) to this organization.
         */
        ConnectInstallationRequest: {
            /** @description GitHub's numeric installation id to bind. */
            installation_id: number;
            /** @description The code that GitHub adds to the install redirect. */
            code?: string | null;
            /** @description The state of the install URL. */
            state?: string | null;
        };
        /**
         * PasskeyRegisterOptionsResponse
         * @description WebAuthn credential-creation options for adding a passkey to the current user, plus the server-side challenge id to echo back on finalize. `excludeCredentials` lists the user's already-registered authenticators.
         */
        PasskeyRegisterOptionsResponse: {
            /**
             * Format: uuid
             * @description Opaque id of the stored, single-use challenge. Echo it back on finalize.
             */
            challenge_id: string;
            /** @description The PublicKeyCredentialCreationOptions for the browser. */
            options: {
                [key: string]: unknown;
            };
        };
        /**
         * RecoverBeginRequest
         * @description Starts magic-link account recovery. Always 204 (never leaks account existence).
         * @example {
         *       "email": "alice@harmont.dev"
         *     }
         */
        RecoverBeginRequest: {
            /** @description The email to recover access for. */
            email: string;
        };
        /**
         * ApiTokenListResponse
         * @description Every personal API key belonging to the current user.
         */
        ApiTokenListResponse: {
            /** @description The user's personal API keys. */
            api_tokens: components["schemas"]["ApiToken"][];
        };
        /**
         * Build
         * @description One run of a pipeline, identified by its pipeline-scoped number.
         */
        Build: {
            /** @description Source branch. */
            branch?: string | null;
            /** @description Source commit SHA. */
            commit?: string | null;
            /**
             * Format: date-time
             * @description When the build row was created.
             */
            created_at: string;
            /** @description Stable build-level error code, if the build failed at the build level. */
            error_code?: string | null;
            /** @description Human-readable build-level error message, if any. */
            error_message?: string | null;
            /**
             * Format: date-time
             * @description When the build reached a terminal state.
             */
            finished_at?: string | null;
            /** @description Commit/build message. */
            message?: string | null;
            /** @description The build's number, sequential and unique within its pipeline. */
            number: number;
            /** @description The global slug of the pipeline this build belongs to. */
            pipeline_slug: string;
            /**
             * Format: date-time
             * @description When the build was queued.
             */
            scheduled_at?: string | null;
            /** @description How the build was triggered (e.g. `api`, `webhook`, `ui`). */
            source?: string | null;
            /**
             * Format: date-time
             * @description When the build started running.
             */
            started_at?: string | null;
            /**
             * @description The rolled-up build state.
             * @enum {string}
             */
            state: "scheduled" | "running" | "failing" | "passed" | "failed" | "canceling" | "canceled";
            /**
             * Format: uuid
             * @description The build across all pipelines.
             */
            id?: string;
            author?: {
                /** Format: uuid */
                user_uuid: string | null;
                name: string;
                email: string | null;
            } | null;
            tag?: string | null;
            pull_request?: {
                number: number;
                title: string | null;
                url: string;
                base_branch: string | null;
                /** @description Null when it is gone. */
                head_repository: string | null;
                fork: boolean;
            } | null;
            /** @description Number of the build that this one repeats. */
            rebuild_of?: number | null;
            /** @description Why the build does not go on, while it waits: `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit` or `runner`. */
            wait_reason?: string | null;
        };
        /**
         * GithubRepoList
         * @description Mirrored repositories for an installation or across an organization.
         */
        GithubRepoList: {
            /** @description The mirrored repositories. */
            data: components["schemas"]["GithubRepo"][];
        };
        /**
         * TransactionList
         * @description A page of an organization's ledger entries (newest first), with an opaque cursor.
         */
        TransactionList: {
            /** @description The ledger entries on this page, newest first. */
            data: components["schemas"]["Transaction"][];
            /** @description Opaque cursor for the next page. Pass it as the `cursor` query parameter; `null` when there are no more pages. */
            next_cursor: string | null;
        };
        /**
         * PasskeyListResponse
         * @description Every passkey registered to the current user.
         */
        PasskeyListResponse: {
            /** @description The user's registered passkeys. */
            passkeys: components["schemas"]["Passkey"][];
        };
        /**
         * CreateOrganizationRequest
         * @description Create a new organization owned by the authenticated user.
         */
        CreateOrganizationRequest: {
            /** @description Display name. The slug is derived from this. */
            name: string;
            /** @description Optional website URL. */
            url?: string | null;
        };
        /**
         * CreatePipelineRequest
         * @description Creates a pipeline within an organization. The slug is derived from the name; a slug collision within the organization is rejected.
         */
        CreatePipelineRequest: {
            /** @description The branch built by default. */
            default_branch: string;
            /** @description Optional human description. */
            description?: string | null;
            /** @description Display name. */
            name: string;
            /** @description Optional `owner/repo` label. When omitted it is derived from `repository`. */
            repo_name?: string | null;
            /** @description The source repository this pipeline builds. */
            repository: string;
            /** @description The pipeline's name inside its repository. */
            source_slug?: string | null;
        };
        /**
         * CreateRepoBuildRequest
         * @description Creates a build by addressing the pipeline through its repo-natural identity — `repo_name` (`owner/repo`) plus `source_slug` (the in-repo `@hm.pipeline("…")` name) — rather than the org-global slug. This is the `hm run` path: a repo-local client knows its git remote and its pipeline name but not the namespaced slug. Build semantics are otherwise identical to `createBuild`.
         */
        CreateRepoBuildRequest: {
            /** @description Source branch. */
            branch: string;
            /** @description Source commit SHA. */
            commit: string;
            /** @description Build-level environment variables. */
            env?: {
                [key: string]: string;
            } | null;
            /** @description Optional build/commit message. */
            message?: string | null;
            /** @description The pre-rendered v0 IR JSON the engine materialises into jobs. When absent/blank the engine renders the pipeline's IR in a sandbox VM instead. */
            pipeline_ir?: string | null;
            /** @description The worktree's repository as `owner/repo` (from its git remote). */
            repo_name: string;
            /** @description How the build was triggered (e.g. `api`, `ui`). Defaults to `api`. */
            source?: string | null;
            /** @description Base64-encoded source tarball (the `hm run` local-code upload). When present, the API stores it at the build's key and derives the internal, runner-token-authenticated `source_url`. */
            source_b64?: string | null;
            /** @description The in-repo pipeline name — the `@hm.pipeline("…")` slug. */
            source_slug: string;
            /** @description Where the server fetches the source archive. */
            source_url?: string | null;
            /** @description SHA-256 of the source archive, 64 hex digits. */
            source_sha256?: string | null;
        };
        /**
         * UsageBreakdownResponse
         * @description An organization's VM usage over a window, grouped by build (newest first).
         */
        UsageBreakdownResponse: {
            data: components["schemas"]["UsageBreakdownBuild"][];
            next_cursor?: string | null;
        };
        /**
         * CliCodeResponse
         * @description A short, human-typeable code the user re-types into the CLI.
         * @example {
         *       "code": "K7P2QR9MX3WZ4NTV"
         *     }
         */
        CliCodeResponse: {
            /** @description The single-use paste code. Valid for five minutes. */
            code: string;
        };
        /**
         * AuthTokenResponse
         * @description A freshly minted session bearer token and the authenticated user.
         */
        AuthTokenResponse: {
            /** @description The raw session bearer token. Send it as `Authorization: Bearer <token>`. */
            token: string;
            user: components["schemas"]["User"];
        };
        /**
         * BitbucketOAuthUrlResponse
         * @description The Bitbucket authorize URL the SPA should open.
         * @example {
         *       "url": "https://bitbucket.org/site/oauth2/authorize?client_id=...&response_type=code"
         *     }
         */
        BitbucketOAuthUrlResponse: {
            /** @description Bitbucket OAuth authorize URL. */
            url: string;
        };
        /**
         * PasskeySignupFinalizeRequest
         * @description Completes passkey sign-up by submitting the attestation for the challenge.
         */
        PasskeySignupFinalizeRequest: {
            /** @description The WebAuthn attestation response from navigator.credentials.create. */
            attestation: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The challenge id returned by the options call.
             */
            challenge_id: string;
            /** @description The raw verification token (consumed here). */
            verification_token: string;
        };
        /**
         * AuthGoogleRequest
         * @description Google OAuth callback payload from the SPA.
         * @example {
         *       "code": "4/0Afg...",
         *       "redirect_uri": "https://app.harmont.dev/auth/google/callback"
         *     }
         */
        AuthGoogleRequest: {
            /** @description The authorization code returned by Google to the SPA. */
            code: string;
            /** @description The redirect URI the SPA used; must match the OAuth client config. */
            redirect_uri: string;
            state?: string | null;
            code_verifier?: string | null;
        };
        /**
         * LogTokenResponse
         * @description A build-scoped HMAC token the SSE log stream accepts, plus its expiry. Pass the token as the `token` query parameter when opening the log stream.
         */
        LogTokenResponse: {
            /**
             * Format: date-time
             * @description When the token expires (~1 hour out).
             */
            expires_at: string;
            /** @description The opaque, build-scoped log token. */
            token: string;
        };
        /**
         * UserUpdateRequest
         * @description Updates the current user's editable profile fields.
         * @example {
         *       "name": "Ada Lovelace"
         *     }
         */
        UserUpdateRequest: {
            /** @description New display name. */
            name: string;
        };
        /**
         * PasskeySignupBeginRequest
         * @description Starts passkey sign-up: runs the access gate and emails a verification link.
         * @example {
         *       "email": "alice@harmont.dev",
         *       "name": "Alice"
         *     }
         */
        PasskeySignupBeginRequest: {
            /** @description The email to sign up with. */
            email: string;
            /** @description The new user's display name. */
            name: string;
        };
        /**
         * CurrentUserResponse
         * @description The authenticated Harmont user and their personal-org slug.
         */
        CurrentUserResponse: {
            /** @description The user's email address. */
            email: string;
            /** @description Display name. */
            name?: string | null;
            /** @description Slug of the user's personal organization. */
            personal_org_slug?: string | null;
            /**
             * Format: uuid
             * @description Stable user id.
             */
            uuid: string;
        };
        /**
         * Job
         * @description One job (DAG node) of a build.
         */
        Job: {
            /** @description The shell command the job runs. */
            command?: string | null;
            /**
             * Format: date-time
             * @description When the job row was created.
             */
            created_at: string;
            /** @description Ids of this job's prerequisite jobs (its DAG in-edges), spanning both `depends_on` and `builds_in` dependency kinds. Empty when the job has no prerequisites. */
            depends_on: string[];
            /** @description Stable job-level error code, if the job failed. */
            error_code?: string | null;
            /** @description Human-readable job-level error message, if any. */
            error_message?: string | null;
            /** @description The command's exit status, once finished. */
            exit_code?: number | null;
            /**
             * Format: date-time
             * @description When the job reached a terminal state.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description Human-readable job name. */
            name?: string | null;
            /** @description The job's retry policy, if any. */
            retry_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description The job's soft-fail policy, if any. */
            soft_fail_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether the job failed but the build was allowed to continue. */
            soft_failed: boolean;
            /**
             * Format: date-time
             * @description When the job started running.
             */
            started_at?: string | null;
            /**
             * @description The job's FSM state.
             * @enum {string}
             */
            state: "pending" | "scheduled" | "assigned" | "running" | "passed" | "failed" | "skipped" | "canceling" | "canceled" | "timing_out" | "timed_out";
            /** @description The job's stable key within the build's DAG. */
            step_key?: string | null;
            /** @description Counts from 1; a retry is a new job with the next number. */
            attempt?: number;
            /**
             * Format: uuid
             * @description The attempt before this one.
             */
            previous_attempt_id?: string | null;
            /**
             * Format: uuid
             * @description The job that added this step to the build while it ran (`append`); null for a step of the pipeline. Absent from servers that cannot add steps.
             */
            appended_by?: string | null;
            /** @description The jobs for whose added steps this one waits too: all jobs with one of them as `appended_by`, and those that these add. `depends_on` does not list them, because they may be thousands. */
            after_appended?: string[];
            /** @description Why the job does not start, while it waits: `dependencies`, `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit`, `retry_delay` or `runner`. */
            wait_reason?: string | null;
            /** @description Why the job was skipped. */
            skip_reason?: string | null;
            /** @description The outcome was taken from the step cache. */
            cached?: boolean;
            /** @description The image that could not be had: the base `host`, made of the programs of the runner, stood in for it. */
            substituted_image?: string | null;
            /** @description The services that run beside it. */
            services?: components["schemas"]["JobService"][];
            /** @description The parts of its work around its command, under its newest lease. They end after `finished_at` where files are kept. */
            phases?: components["schemas"]["JobPhase"][];
            /**
             * Format: date-time
             * @description When all that it waits for had ended.
             */
            scheduled_at?: string | null;
            /**
             * Format: date-time
             * @description When its newest lease began.
             */
            assigned_at?: string | null;
        };
        /**
         * CliTransferRequest
         * @description The SPA hands a fresh session token to a locally-running CLI that generated `nonce` and is polling the claim endpoint.
         * @example {
         *       "nonce": "a7Kp...random"
         *     }
         */
        CliTransferRequest: {
            /** @description The opaque nonce the CLI generated and is polling claim with. */
            nonce: string;
        };
        /**
         * Organization
         * @description A Harmont organization the authenticated user is a member of.
         */
        Organization: {
            /**
             * Format: date-time
             * @description When the organization was created.
             */
            created_at: string;
            /** @description Display name. */
            name: string;
            /** @description URL-safe unique slug identifying the organization. */
            slug: string;
            /** @description The organization's website, if set. */
            url?: string | null;
            /** @description Members may create pipelines, not only admins and owners. */
            members_can_create_pipelines?: boolean;
            /** @description Hosts beyond which no step of new builds may reach, whatever its `egress` lists; a step without a list reaches these. `name`, or `*.name` for all names below it, either with `:PORT` (443 by default). Null: there is no such limit. */
            egress_ceiling?: string[] | null;
        };
        /** UsageSeriesBucket */
        UsageSeriesBucket: {
            cpu_seconds: number;
            /**
             * Format: date
             * @description Bucket day (UTC).
             */
            date: string;
            disk_gb_seconds: number;
            memory_gb_seconds: number;
            /** @description Rate-card cost for the day, in cents. */
            total_cents: number;
            /** @description What artifacts took up on the day, in GB-days. */
            artifact_gb_days?: number;
        };
        /**
         * PipelineList
         * @description A page of an organization's pipelines, with an opaque cursor.
         */
        PipelineList: {
            /** @description The pipelines on this page. */
            data: components["schemas"]["Pipeline"][];
            /** @description Opaque cursor for the next page. Pass it as the `cursor` query parameter; `null` when there are no more pages. */
            next_cursor: string | null;
        };
        /**
         * RepoSummaryList
         * @description All repositories visible to the organization, across all providers.
         */
        RepoSummaryList: {
            /** @description The repositories. */
            data: components["schemas"]["RepoSummary"][];
        };
        /**
         * GithubRepo
         * @description A repository Harmont mirrors from a connected GitHub installation. `installation_id` is Harmont's internal installation row id (FK), not GitHub's installation id.
         */
        GithubRepo: {
            /** @description HTTPS clone URL. */
            clone_url: string;
            /** @description Default branch name. */
            default_branch: string;
            /** @description `owner/name` GitHub full name. */
            full_name: string;
            /** @description GitHub's numeric repo id. */
            gh_repo_id: number;
            /** @description Harmont's internal repo row id. */
            id: number;
            /** @description FK onto the internal installation row id. */
            installation_id: number;
            /**
             * Format: date-time
             * @description When the repo was last synced from GitHub.
             */
            last_synced_at?: string | null;
            /** @description Short repo name. */
            name: string;
            /** @description GitHub owner login. */
            owner: string;
            /** @description Whether the repo is private. */
            private: boolean;
        };
        /**
         * PasskeyLoginOptionsRequest
         * @description Starts a discoverable-credential (passkey) login. No fields required.
         */
        PasskeyLoginOptionsRequest: Record<string, never>;
        /**
         * StripeWebhookResponse
         * @description Acknowledges that a Stripe webhook event verified and was recorded (idempotently). Returned for any verified event — handled or not — so Stripe stops retrying.
         */
        StripeWebhookResponse: {
            /**
             * @description Always `"ok"` on a verified, recorded event.
             * @enum {string}
             */
            status: "ok";
        };
        /**
         * ConnectBitbucketResponse
         * @description The workspaces connected by the OAuth callback, plus the org slug.
         * @example {
         *       "org": "acme",
         *       "workspaces": [
         *         {
         *           "name": "Acme Inc",
         *           "slug": "acme"
         *         }
         *       ]
         *     }
         */
        ConnectBitbucketResponse: {
            /** @description The org slug the workspaces were connected to, recovered from the signed OAuth state. The SPA navigates to this org's repos view. */
            org: string;
            /** @description The connected workspaces. */
            workspaces: components["schemas"]["BitbucketWorkspace"][];
        };
        /**
         * UsageResponse
         * @description Aggregated VM-lease usage for an organization over the requested `[from, to)` window: resource-seconds per dimension and the total billed cost in cents.
         */
        UsageResponse: {
            /** @description Σ (cpu_count × duration_seconds) over leases in the window. */
            cpu_seconds: number;
            /** @description Σ (disk_gb × duration_seconds) over leases in the window. */
            disk_gb_seconds: number;
            /** @description Σ (memory_gb × duration_seconds) over leases in the window. */
            memory_gb_seconds: number;
            /** @description Σ rate-card cost of the leases in the window, in cents. */
            total_cents: number;
            /** @description What artifacts took up on the days that begin in the window: the size of each, in GB of 2^30 bytes, times the part of a day for which it was kept. Equal artifacts count each. What is kept today counts until now. */
            artifact_gb_days?: number;
        };
        /**
         * ApiToken
         * @description A personal API key. The secret is returned only once, at creation.
         */
        ApiToken: {
            /**
             * Format: date-time
             * @description When the key was created.
             */
            created_at: string;
            /** @description Human label for the key. */
            description?: string | null;
            /**
             * Format: date-time
             * @description When the key expires, or null if it never expires.
             */
            expires_at?: string | null;
            /**
             * Format: uuid
             * @description Stable key id.
             */
            id: string;
            /**
             * Format: date-time
             * @description When the key was last used to authenticate, if ever.
             */
            last_used_at?: string | null;
            /** @description What the key may do. */
            scopes?: ("read" | "build" | "manage" | "account")[];
            /** @description Slugs of the organizations that the key sees; null: all. */
            organizations?: string[] | null;
        };
        /** Invite */
        Invite: {
            email: string;
            /** Format: date-time */
            expires_at: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            role: "admin" | "member";
            token?: string | null;
        };
        /**
         * CheckoutRequest
         * @description Starts a Stripe Checkout Session crediting the organization identified by the path (`:org`). The body carries only the top-up amount in cents.
         */
        CheckoutRequest: {
            /** @description The credit top-up amount in cents. Must be a positive integer within the supported bounds (100–1,000,000). */
            amount_cents: number;
        };
        /**
         * PasskeyLoginFinalizeRequest
         * @description Completes passkey login by submitting the assertion for the challenge.
         */
        PasskeyLoginFinalizeRequest: {
            /** @description The WebAuthn assertion response from navigator.credentials.get. */
            assertion: {
                [key: string]: unknown;
            };
            /**
             * Format: uuid
             * @description The challenge id returned by the login-options call.
             */
            challenge_id: string;
        };
        /**
         * CheckoutResponse
         * @description The hosted Stripe Checkout URL. Redirect the customer here to complete the top-up; on success Stripe fires a webhook that posts the matching credit.
         */
        CheckoutResponse: {
            /** @description The hosted Stripe Checkout Session URL. */
            checkout_url: string;
        };
        /**
         * RepoSummary
         * @description A repository visible to the organization, identified by its canonical clone URL. One logical repository may be registered through several channels (e.g. the GitHub App and the CLI); each appears in `registrations`.
         */
        RepoSummary: {
            /** @description HTTPS clone URL (may be null for some providers). */
            clone_url?: string | null;
            /** @description Default branch name. */
            default_branch?: string | null;
            /** @description `owner/name` full name. */
            full_name: string;
            /**
             * Format: date-time
             * @description Most recent sync across this repo's registrations.
             */
            last_synced_at?: string | null;
            /** @description Short repo name. */
            name: string;
            /** @description Owner/namespace login. */
            owner: string;
            /** @description Whether the repo is private. */
            private: boolean;
            /** @description Every channel through which this repo is registered. */
            registrations: components["schemas"]["RepoRegistration"][];
        };
        /**
         * ApiTokenCreateResponse
         * @description The created key and its raw secret. The secret is shown only here, once.
         */
        ApiTokenCreateResponse: {
            api_token: components["schemas"]["ApiToken"];
            /** @description The raw API key secret. Store it now; it is never shown again. */
            token: string;
        };
        /** OrgMemberList */
        OrgMemberList: {
            data: components["schemas"]["OrgMember"][];
        };
        /**
         * PasskeySignupOptionsRequest
         * @description Exchanges a verification token for WebAuthn credential-creation options.
         */
        PasskeySignupOptionsRequest: {
            /** @description The raw token from the verification email. */
            verification_token: string;
        };
        /**
         * BalanceResponse
         * @description The organization's current balance — the sum of every ledger entry (credits positive, debits negative). May be negative.
         */
        BalanceResponse: {
            /** @description Current balance in cents (credits − debits). May be negative. */
            balance_cents: number;
        };
        /**
         * ApiTokenCreateRequest
         * @description Creates a personal API key.
         * @example {
         *       "description": "Laptop CLI",
         *       "expires_at": null
         *     }
         */
        ApiTokenCreateRequest: {
            /** @description Human label for the key. */
            description: string;
            /**
             * Format: date-time
             * @description Optional expiry; null or omitted means the key never expires.
             */
            expires_at?: string | null;
            /** @description What the key may do; all four when absent. */
            scopes?: ("read" | "build" | "manage" | "account")[] | null;
            /** @description Slugs of the organizations that the key sees; all when absent. */
            organizations?: string[] | null;
        };
        /** CreateInviteRequest */
        CreateInviteRequest: {
            email: string;
            /** @enum {string} */
            role: "admin" | "member";
        };
        /**
         * GithubInstallationList
         * @description The organization's connected GitHub App installations.
         */
        GithubInstallationList: {
            /** @description The connected installations. */
            data: components["schemas"]["GithubInstallation"][];
        };
        /**
         * BitbucketWorkspaceList
         * @description All Bitbucket workspaces the connected OAuth token can access.
         * @example {
         *       "workspaces": [
         *         {
         *           "name": "Acme Inc",
         *           "slug": "acme"
         *         }
         *       ]
         *     }
         */
        BitbucketWorkspaceList: {
            /** @description The connected workspaces. */
            workspaces: components["schemas"]["BitbucketWorkspace"][];
        };
        /**
         * Passkey
         * @description A WebAuthn credential registered to the current user.
         */
        Passkey: {
            /** @description The authenticator's AAGUID (model identifier), if reported. */
            aaguid?: string | null;
            /**
             * Format: date-time
             * @description When the passkey was registered.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When the passkey was last used to authenticate, if ever.
             */
            last_used_at?: string | null;
            /** @description Human label for the passkey. */
            nickname?: string | null;
            /**
             * Format: uuid
             * @description Stable passkey id.
             */
            uuid: string;
        };
        /**
         * OrganizationList
         * @description A page of the current user's organizations, with an opaque cursor.
         */
        OrganizationList: {
            /** @description The organizations on this page. */
            data: components["schemas"]["Organization"][];
            /** @description Opaque cursor for the next page. Pass it as the `cursor` query parameter; `null` when there are no more pages. */
            next_cursor: string | null;
        };
        /**
         * RedeemCouponRequest
         * @description Redeems a coupon for the organization identified by the path. The org is taken from the route (`:org`); the body carries only the coupon code.
         */
        RedeemCouponRequest: {
            /** @description The coupon code to redeem. */
            code: string;
        };
        /**
         * ConnectBitbucketRequest
         * @description OAuth callback payload from the SPA.
         * @example {
         *       "code": "abc123",
         *       "state": "SFMyNTY..."
         *     }
         */
        ConnectBitbucketRequest: {
            /** @description Authorization code from Bitbucket. */
            code: string;
            /** @description The signed CSRF state nonce echoed back by Bitbucket on the callback. Issued by the `oauth-url` endpoint and bound to the authenticated user. */
            state: string;
        };
        /** AcceptInviteRequest */
        AcceptInviteRequest: {
            token: string;
        };
        /** AuthConfig */
        AuthConfig: {
            /** @description The identity providers that are set up. */
            providers: {
                /** @enum {string} */
                name: "google" | "github";
                client_id: string;
            }[];
            passkeys: boolean;
            /** @description New accounts can be made. */
            signup: boolean;
            /** @description Mails reach their readers. */
            mail: boolean;
            github_app_slug: string | null;
            bitbucket: boolean;
            billing: boolean;
            version: string;
            docs_url: string;
            /** @description No owner can sign in yet. */
            needs_setup: boolean;
            /** @description Admins can top up with a card. */
            payments: boolean;
            /** @description Mails can be read at /mailbox. */
            mailbox: boolean;
            /** @description The command that installs the CLI. */
            cli_install: string | null;
            /** @description Members of steps that this server runs and that an older one ignores: append, id_tokens, egress. Without the name, a pipeline that has the member must not be sent. New names may be added. */
            features?: string[];
        };
        /** SessionResponse */
        SessionResponse: {
            user: components["schemas"]["CurrentUserResponse"];
            organizations: components["schemas"]["SessionOrganization"][];
            /**
             * Format: date-time
             * @description When the credential ends; null for a key that does not.
             */
            expires_at: string | null;
        };
        /** SessionOrganization */
        SessionOrganization: {
            slug: string;
            name: string;
            /** @enum {string} */
            role: "owner" | "admin" | "member";
            permissions: ("build" | "pipeline.create" | "pipeline.manage" | "secrets" | "vcs" | "billing" | "invites" | "members" | "owners" | "organization" | "organization.delete" | "audit" | "runners")[];
        };
        /** SetupInspectRequest */
        SetupInspectRequest: {
            /** @description The token of the setup link. */
            setup_token: string;
        };
        /** SetupInspectResponse */
        SetupInspectResponse: {
            /**
             * @description Whether the link makes an account or belongs to one.
             * @enum {string}
             */
            kind: "new" | "existing";
            email: string | null;
        };
        /** SetupOptionsRequest */
        SetupOptionsRequest: {
            /** @description The token of the setup link. */
            setup_token: string;
            email: string;
            name: string;
        };
        /** SetupCompleteRequest */
        SetupCompleteRequest: {
            /** @description The token of the setup link. */
            setup_token: string;
            email?: string | null;
            name?: string | null;
            organization_name?: string | null;
            /** Format: uuid */
            challenge_id?: string | null;
            attestation?: {
                [key: string]: unknown;
            } | null;
        };
        /** RenamePasskeyRequest */
        RenamePasskeyRequest: {
            nickname: string | null;
        };
        /** Session */
        Session: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "web" | "cli";
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            last_used_at: string | null;
            /** Format: date-time */
            expires_at: string;
            ip: string | null;
            user_agent: string | null;
            /** @description The session of this request. */
            current: boolean;
        };
        /** SessionListResponse */
        SessionListResponse: {
            sessions: components["schemas"]["Session"][];
        };
        /** Identity */
        Identity: {
            /** @enum {string} */
            provider: "google" | "github";
            /** @description How the account is called there. */
            name: string | null;
            email: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /** IdentityListResponse */
        IdentityListResponse: {
            identities: components["schemas"]["Identity"][];
        };
        /** UpdateOrganizationRequest */
        UpdateOrganizationRequest: {
            name?: string;
            url?: string | null;
            /** @description Members may create pipelines, not only admins and owners. */
            members_can_create_pipelines?: boolean;
            /** @description Hosts beyond which no step of new builds may reach, whatever its `egress` lists; a step without a list reaches these. `name`, or `*.name` for all names below it, either with `:PORT` (443 by default). Null: there is no such limit. */
            egress_ceiling?: string[] | null;
        };
        /** OpenIdConfiguration */
        OpenIdConfiguration: {
            /** @description The `iss` of every token: the public address of this server. */
            issuer: string;
            jwks_uri: string;
            scopes_supported: string[];
            response_types_supported: string[];
            subject_types_supported: string[];
            id_token_signing_alg_values_supported: string[];
            claims_supported: string[];
        };
        /** Jwks */
        Jwks: {
            /** @description A key is here for a day before it signs, and for a day after. */
            keys: {
                kty: string;
                n: string;
                e: string;
                kid: string;
                alg: string;
                use: string;
            }[];
        };
        /** AuditEvent */
        AuditEvent: {
            /** Format: uuid */
            id: string;
            /** @description What was done, such as `member.removed`. */
            action: string;
            /** @description Who did it; null: the server itself. */
            actor: {
                /** Format: uuid */
                user_uuid: string | null;
                name: string | null;
                email: string | null;
            } | null;
            /** @description What it was done to. */
            subject: string | null;
            details: {
                [key: string]: unknown;
            };
            ip: string | null;
            user_agent: string | null;
            request_id: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /** AuditEventList */
        AuditEventList: {
            data: components["schemas"]["AuditEvent"][];
            next_cursor: string | null;
        };
        /** PreviewInviteRequest */
        PreviewInviteRequest: {
            token: string;
        };
        /** InvitePreview */
        InvitePreview: {
            organization: {
                name: string;
                slug: string;
            };
            email: string;
            /** @enum {string} */
            role: "admin" | "member";
            invited_by: string | null;
            /** Format: date-time */
            expires_at: string;
        };
        /** SetSecretRequest */
        SetSecretRequest: {
            name: string;
            value: string;
            /** @description Globs of branches whose builds may read it; null: all. */
            branches?: string[] | null;
            /** @description Events whose builds may read it, such as `push`; null: all. */
            events?: string[] | null;
            /** @description Builds of uploads may read it too, as the branch that they claim; else limits hold for what the server itself has fetched. */
            uploads?: boolean;
        };
        /** Secret */
        Secret: {
            name: string;
            /** Format: date-time */
            updated_at: string;
            /** @description Globs of branches whose builds may read it; null: all. */
            branches: string[] | null;
            /** @description Events whose builds may read it, such as `push`; null: all. */
            events: string[] | null;
            /** @description Builds of uploads may read it too, as the branch that they claim; else limits hold for what the server itself has fetched. */
            uploads?: boolean;
        };
        /** SecretList */
        SecretList: {
            secrets: components["schemas"]["Secret"][];
        };
        /** UpdatePipelineRequest */
        UpdatePipelineRequest: {
            name?: string;
            description?: string | null;
            default_branch?: string;
            allow_manual?: boolean;
            repo_name?: string | null;
            /** @description The pipeline's name inside its repository. */
            source_slug?: string | null;
            /**
             * @description What happens to pull requests from forks.
             * @enum {string}
             */
            fork_policy?: "approval" | "always" | "never";
            /** @description Globs of branches that, as the default branch, find only cache entries that such branches made. */
            protected_branches?: string[];
            /** @description All its builds but those of forks find each other's cache entries. */
            cache_share?: boolean;
            archived?: boolean;
        };
        /** PipelineSummary */
        PipelineSummary: {
            pipeline: components["schemas"]["Pipeline"];
            /** @description At most 20, newest first. */
            builds: components["schemas"]["BuildSummary"][];
        };
        /** PipelineSummaryList */
        PipelineSummaryList: {
            data: components["schemas"]["PipelineSummary"][];
            next_cursor: string | null;
        };
        /** RebuildRequest */
        RebuildRequest: {
            env?: {
                [key: string]: string;
            } | null;
            without_cache?: boolean;
        };
        /** RetryBuildRequest */
        RetryBuildRequest: {
            job_ids?: string[] | null;
            step_keys?: string[] | null;
        };
        /** BuildSummaryList */
        BuildSummaryList: {
            data: components["schemas"]["BuildSummary"][];
            next_cursor: string | null;
        };
        /** BuildView */
        BuildView: {
            /** Format: date-time */
            server_time: string;
            /** @description Where the event stream goes on from this view. */
            cursor: string;
            build: components["schemas"]["BuildSummary"];
            pipeline: components["schemas"]["Pipeline"];
            jobs: components["schemas"]["JobView"][];
            render: components["schemas"]["RenderJobView"];
            canceled_by: {
                /** Format: uuid */
                user_uuid: string | null;
                name: string | null;
            } | null;
            eta_ms: number | null;
            cost: {
                cents: number | null;
                vcpu_seconds: number;
            } | null;
            /** @description Number of the build before this one. */
            previous: number | null;
            /** @description Number of the build after this one. */
            next: number | null;
            last_passed: {
                number: number;
                commit: string | null;
            } | null;
            /** @description Number of the first build of this row of failures. */
            failing_since: number | null;
            /** @description Of which there is something to see. */
            has: {
                tests: boolean;
                artifacts: boolean;
            };
        };
        /** LogPage */
        LogPage: {
            /** @description A line of `logs.txt`, counted from 1. */
            from: number;
            /** @description The escape sequence that sets the colours in force before the first of these lines; empty when none are. */
            sgr: string;
            /**
             * Format: date-time
             * @description The time that the times of lines count from.
             */
            t0: string | null;
            /** @description Of each line: milliseconds since `t0` or null; 0 stdout or 1 stderr; its text without the line feed, at most 4,000 characters; flags (1 not UTF-8, 2 cut); and of a cut one its length in bytes, and at which byte of `logs.txt` it begins. */
            lines: (string | (number | null))[][];
            total_lines: number;
            /** @description Nothing will be added. */
            complete: boolean;
        };
        /** LogGroup */
        LogGroup: {
            /** @description The line that is its title. */
            line: number;
            /** @description Its last line; null while it is open. */
            end: number | null;
            title: string;
            /** @description `closed`, `open` or `dim`: how it is shown at first. */
            kind: string;
            /** @description The first error line is in it. */
            failed: boolean;
        };
        /** LogRemark */
        LogRemark: {
            /** @description Before which line it stands; after the last one where it is one more than there are. */
            line: number;
            /** @description `note`, `setup`, `lost`, `cap`, `retention` or `redaction`. */
            kind: string;
            message: string;
            bytes: number | null;
            lines: number | null;
        };
        /** JobLogView */
        JobLogView: {
            total_lines: number;
            bytes: number;
            complete: boolean;
            /** @description The first of `errors`. */
            first_error_line: number | null;
            groups: components["schemas"]["LogGroup"][];
            /** @description Lines that report failures, once the log is complete; before that, or where none does, those that look like errors. At most 1,000. */
            errors: number[];
            /** @description What the server says between lines. */
            remarks: components["schemas"]["LogRemark"][];
            page: components["schemas"]["LogPage"];
        };
        /** @description A program that runs beside the command of a job. */
        JobService: {
            /**
             * Format: uuid
             * @description Names its log: it serves as a job id in the routes of logs.
             */
            id: string;
            /** @description The host name that the command reaches it by. */
            name: string;
            image: string;
            /** @description Key of the step whose service of this name left the files that it started from. */
            from: string | null;
            /**
             * @description `failed`: it ended before it was ready.
             * @enum {string}
             */
            state: "starting" | "ready" | "ended" | "failed";
            /** @description Milliseconds from its start until it was ready. */
            ready_ms: number | null;
            /** @description Set when it ended by itself. */
            exit_code: number | null;
        };
        JobServiceList: {
            data: components["schemas"]["JobService"][];
        };
        /** @description A run that proves a job's failed tests flaky or not. */
        JobFork: {
            /**
             * Format: uuid
             * @description Names its log: it serves as a job id in the routes of logs.
             */
            id: string;
            /** @description From 1, as `fork_results` of a test name it. */
            number: number;
            /** @description The test that ran alone; null for a run of the whole command. */
            test: string | null;
            /** @description Null after a signal, a limit or a time-out. */
            exit_code: number | null;
            /** Format: date-time */
            started_at: string;
            /** Format: date-time */
            finished_at: string;
            /** @description How many of the tests that it should prove passed. */
            passed: number;
            failed: number;
        };
        /**
         * JobEgress
         * @description The hosts that a job used and was refused, as `egress` of a step lists them: `:PORT` follows all but 443.
         */
        JobEgress: {
            /**
             * @description `list`: it could reach the hosts of a list only. `observe`: its hosts were only noted. Null: nothing was noted.
             * @enum {string|null}
             */
            mode: "list" | "observe" | null;
            /** @description Sorted, at most 200. */
            used: string[];
            /** @description Names that it asked for and that no list has, or that lead to private addresses. Sorted, at most 200. */
            refused: string[];
            /** @description False if there were more names than are kept. */
            complete: boolean;
        };
        JobForkList: {
            data: components["schemas"]["JobFork"][];
        };
        /** LogSearchResult */
        LogSearchResult: {
            /** @description How many hits are counted so far. */
            total: number;
            /** @description All lines that there are were searched. */
            complete: boolean;
            /** @description How many of them stand before the line from which hits are given. */
            before: number;
            /** @description How many hits there are in each of up to 200 equal parts of the log. */
            buckets: number[];
            hits: {
                /** @description A line of `logs.txt`, counted from 1. */
                line: number;
                /** @description Start and end of each hit in the text without escapes, in UTF-16 units. */
                ranges: number[][];
            }[];
            /** @description The line to go on from; null where there are no more hits. */
            next: number | null;
        };
        /** EventOfBuild */
        EventOfBuild: {
            pipeline_slug: string;
            build: components["schemas"]["BuildSummary"];
            /** @description Of a build that is a topic of its own: what else of its `BuildView` has changed. */
            view?: {
                eta_ms: number | null;
                cost: {
                    cents: number | null;
                    vcpu_seconds: number;
                } | null;
                canceled_by: {
                    /** Format: uuid */
                    user_uuid: string | null;
                    name: string | null;
                } | null;
            };
        };
        /** EventOfJob */
        EventOfJob: {
            pipeline_slug: string;
            /** @description Of the build. */
            number: number;
            /** @description The newest attempt of a step, or, without `step_key`, what renders the pipeline. */
            job: components["schemas"]["JobView"];
        };
        /** EventOfEnd */
        EventOfEnd: {
            /** @description The topic that will have no further event: its build has ended, or its log is complete. */
            topic: string;
        };
        /** EventOfResync */
        EventOfResync: {
            /** @description The topic that is to be read again as a whole; what follows goes on from now. */
            topic: string;
        };
        /** EventOfBeat */
        EventOfBeat: {
            /** Format: date-time */
            server_time: string;
        };
        /** OpenShellRequest */
        OpenShellRequest: {
            /** @description The file system as the step's command found it, rather than as it left it. */
            before?: boolean;
        };
        /**
         * ShellTicket
         * @description A ticket for one WebSocket at `url`. The token goes into `Sec-WebSocket-Protocol`, which offers `harmont-shell` and `token.TOKEN`; the server answers `harmont-shell`. It opens one connection, within 60 s. A refusal is an HTTP answer with the usual error. Messages are binary; the first byte says what the rest is: 0 input (nothing: the end of the input), 1 output, 2 size, 3 exit, 4 standard error, 5 problem. From the client come 0 and 2, each of at most 64 KiB. Its first is a 2 with JSON: `cols` and `rows` for a terminal, `script` for what `sh -c` runs, or both, or neither; without a script a shell runs, without a size there is no terminal. Each later 2 gives a new size. The server ends with `{"code"}` in a 3, null when nobody knows it, or with `{"code","message"}` in a 5, where `code` is one of those of errors. It pings every 15 s, and closes after 60 s without an answer.
         */
        ShellTicket: {
            url: string;
            /** @description 43 characters; works once. */
            token: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** GithubInstallUrlResponse */
        GithubInstallUrlResponse: {
            url: string;
        };
        /** WebhookResponse */
        WebhookResponse: {
            /**
             * @description A delivery that was taken before has no further effect.
             * @enum {string}
             */
            status: "accepted" | "duplicate";
        };
        /** UsageByPipelineResponse */
        UsageByPipelineResponse: {
            data: components["schemas"]["PipelineUsage"][];
        };
        /** PipelineUsage */
        PipelineUsage: {
            /** @description Null for usage without a pipeline. */
            pipeline_slug: string | null;
            pipeline_name: string | null;
            total_cents: number;
            cpu_seconds: number;
            builds: number;
            /** @description One entry for each UTC day of the window. */
            days: {
                /** Format: date */
                date: string;
                total_cents: number;
                cpu_seconds: number;
            }[];
        };
        /** PingResponse */
        PingResponse: {
            /** @enum {string} */
            status: "ok";
        };
        /** ReadinessCheck */
        ReadinessCheck: {
            ok: boolean;
            /** @description What is wrong, when something is. */
            message: string | null;
        };
        /** ReadinessResponse */
        ReadinessResponse: {
            /** @enum {string} */
            status: "ready";
            checks: {
                [key: string]: components["schemas"]["ReadinessCheck"];
            };
        };
        /**
         * OpenApiDocument
         * @description This document.
         */
        OpenApiDocument: {
            [key: string]: unknown;
        };
        /** Scale */
        Scale: {
            /** @description Runners that have room for the running jobs and those that have been ready for 5 s. */
            wanted_runners: number;
            /** @description Jobs that wait for a runner of the pool and for nothing else. */
            ready: number;
            /** @description Jobs that runners of the pool hold. */
            running: number;
        };
        /** MailboxResponse */
        MailboxResponse: {
            data: components["schemas"]["Mail"][];
        };
        /** Mail */
        Mail: {
            /** Format: uuid */
            id: string;
            to: string;
            subject: string;
            text: string;
            links: string[];
            /** Format: date-time */
            created_at: string;
        };
        /**
         * BuildSummary
         * @description One run of a pipeline, identified by its pipeline-scoped number.
         */
        BuildSummary: {
            /** @description Source branch. */
            branch?: string | null;
            /** @description Source commit SHA. */
            commit?: string | null;
            /**
             * Format: date-time
             * @description When the build row was created.
             */
            created_at: string;
            /** @description Stable build-level error code, if the build failed at the build level. */
            error_code?: string | null;
            /** @description Human-readable build-level error message, if any. */
            error_message?: string | null;
            /**
             * Format: date-time
             * @description When the build reached a terminal state.
             */
            finished_at?: string | null;
            /** @description Commit/build message. */
            message?: string | null;
            /** @description The build's number, sequential and unique within its pipeline. */
            number: number;
            /** @description The global slug of the pipeline this build belongs to. */
            pipeline_slug: string;
            /**
             * Format: date-time
             * @description When the build was queued.
             */
            scheduled_at?: string | null;
            /** @description How the build was triggered (e.g. `api`, `webhook`, `ui`). */
            source?: string | null;
            /**
             * Format: date-time
             * @description When the build started running.
             */
            started_at?: string | null;
            /**
             * @description The rolled-up build state.
             * @enum {string}
             */
            state: "scheduled" | "running" | "failing" | "passed" | "failed" | "canceling" | "canceled";
            /**
             * Format: uuid
             * @description The build across all pipelines.
             */
            id?: string;
            author?: {
                /** Format: uuid */
                user_uuid: string | null;
                name: string;
                email: string | null;
            } | null;
            tag?: string | null;
            pull_request?: {
                number: number;
                title: string | null;
                url: string;
                base_branch: string | null;
                /** @description Null when it is gone. */
                head_repository: string | null;
                fork: boolean;
            } | null;
            /** @description Number of the build that this one repeats. */
            rebuild_of?: number | null;
            /** @description Why the build does not go on, while it waits: `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit` or `runner`. */
            wait_reason?: string | null;
            /** @description Name of the step that failed first. */
            failed_step: string | null;
            queue_ms: number | null;
            run_ms: number | null;
            /** @description Grows with each change; an older one never replaces a newer one. */
            version: number;
            /**
             * Format: date-time
             * @description When somebody approved it.
             */
            approved_at?: string | null;
            /** @description Whether it belongs to a group of builds of which a limited number runs at a time. */
            in_group?: boolean;
        };
        /**
         * JobView
         * @description One job (DAG node) of a build.
         */
        JobView: {
            /** @description The shell command the job runs. */
            command?: string | null;
            /**
             * Format: date-time
             * @description When the job row was created.
             */
            created_at: string;
            /** @description Ids of this job's prerequisite jobs (its DAG in-edges), spanning both `depends_on` and `builds_in` dependency kinds. Empty when the job has no prerequisites. */
            depends_on: string[];
            /** @description Stable job-level error code, if the job failed. */
            error_code?: string | null;
            /** @description Human-readable job-level error message, if any. */
            error_message?: string | null;
            /** @description The command's exit status, once finished. */
            exit_code?: number | null;
            /**
             * Format: date-time
             * @description When the job reached a terminal state.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description Human-readable job name. */
            name?: string | null;
            /** @description The job's retry policy, if any. */
            retry_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description The job's soft-fail policy, if any. */
            soft_fail_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether the job failed but the build was allowed to continue. */
            soft_failed: boolean;
            /**
             * Format: date-time
             * @description When the job started running.
             */
            started_at?: string | null;
            /**
             * @description The job's FSM state.
             * @enum {string}
             */
            state: "pending" | "scheduled" | "assigned" | "running" | "passed" | "failed" | "skipped" | "canceling" | "canceled" | "timing_out" | "timed_out";
            /** @description The job's stable key within the build's DAG. */
            step_key?: string | null;
            /** @description Counts from 1; a retry is a new job with the next number. */
            attempt?: number;
            /**
             * Format: uuid
             * @description The attempt before this one.
             */
            previous_attempt_id?: string | null;
            /**
             * Format: uuid
             * @description The job that added this step to the build while it ran (`append`); null for a step of the pipeline. Absent from servers that cannot add steps.
             */
            appended_by?: string | null;
            /** @description The jobs for whose added steps this one waits too: all jobs with one of them as `appended_by`, and those that these add. `depends_on` does not list them, because they may be thousands. */
            after_appended?: string[];
            /** @description Why the job does not start, while it waits: `dependencies`, `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit`, `retry_delay` or `runner`. */
            wait_reason?: string | null;
            /** @description Why the job was skipped. */
            skip_reason?: string | null;
            /** @description The outcome was taken from the step cache. */
            cached?: boolean;
            /** @description The image that could not be had: the base `host`, made of the programs of the runner, stood in for it. */
            substituted_image?: string | null;
            /** @description Grows with each change; an older one never replaces a newer one. */
            version: number;
            attempts: {
                number: number;
                /** Format: uuid */
                job_id: string;
                /** @description Why it was made: `first`, `manual` or `policy`. */
                cause: string;
                state: string;
                exit_code: number | null;
                /** Format: date-time */
                started_at: string | null;
                /** Format: date-time */
                finished_at: string | null;
                /** Format: date-time */
                scheduled_at?: string | null;
                /** Format: date-time */
                assigned_at?: string | null;
                phases?: components["schemas"]["JobPhase"][];
            }[];
            /**
             * Format: uuid
             * @description The job in whose file system this one runs.
             */
            builds_in: string | null;
            /** @description The jobs that it still waits for. */
            waits_on: string[];
            /** Format: date-time */
            scheduled_at: string | null;
            /** Format: date-time */
            assigned_at: string | null;
            waiting: {
                message: string;
                /** Format: date-time */
                since: string;
                /** @description How many jobs, or builds of the group, come before it. */
                ahead: number | null;
                /** @description The value of the limit that it waits for. */
                limit: number | null;
                refs: {
                    /** @description What is waited for: `step`, `runner`, `label`, `time`, `limit`, `concurrency_group` or `approval`; `holder` is a job, or a whole build, that counts against the limit or has a place in the group. */
                    kind: string;
                    name: string;
                    /** Format: uuid */
                    job_id: string | null;
                    /** @description Of a holder: the pipeline that it belongs to. */
                    pipeline_slug: string | null;
                    /** @description Of a holder: its build. */
                    build_number: number | null;
                }[];
            } | null;
            /**
             * Format: uuid
             * @description The job because of which this one was skipped.
             */
            skipped_by: string | null;
            image: string | null;
            snapshot: {
                id: string;
                parent_id: string | null;
                /** @description What it takes beside its parent. */
                bytes: number | null;
                /** Format: date-time */
                created_at: string | null;
                /** Format: date-time */
                kept_until: string | null;
            } | null;
            cache: {
                /** @enum {string} */
                outcome: "hit" | "miss" | "off" | "bypassed";
                /** @description When the step is run again, in words; null where no policy is set. */
                policy: string | null;
                from: {
                    pipeline_slug: string;
                    number: number;
                    /** Format: uuid */
                    job_id: string;
                    /** Format: date-time */
                    at: string;
                    /** @description How long the step ran then. */
                    saved_ms: number | null;
                } | null;
                /** @description Of a miss: `first`, `changed`, `expired`, `evicted`, `damaged` or `not_recorded`; null where it is not known. */
                reason: string | null;
                /** @description Of a miss, what is not as it was; digests, never values. */
                changes: {
                    /** @description `path`, `variable`, `command`, `image` or `parent`. */
                    kind: string;
                    name: string;
                    before: string | null;
                    after: string | null;
                }[];
                /** @description Whose entries the build finds, and who finds its own; null for builds of earlier releases. */
                rule?: string | null;
            };
            failure: {
                /** @description `exit`, `signal`, or the error code. */
                kind: string;
                /** @description Not the fault of the command. */
                platform: boolean;
                signal: string | null;
                message: string;
                /** @description The line that reports the first failure, else the first that looks like an error, counted from 1; null where there is none. */
                first_error_line: number | null;
                /** @description The last lines, at most 20; none but for the first few failures and the one that `failed` names. */
                tail: string[];
                /** @description What to do, where the platform knows. */
                hint: string | null;
                doc_url: string | null;
                /** @description How many tests failed, as the reports of the step say, else its log; 0 where neither does. */
                failed_tests?: number;
                /** @description How many errors the log reports that belong to no test: of compilers, linters, and of files of tests. */
                other_errors?: number;
                /** @description The first failures that the reports of tests name, else the log, at most 10. */
                reports?: {
                    /** @description The name of the test with those of its suites; null for an error that belongs to none. */
                    test: string | null;
                    message: string;
                    /** @description As the log or the report writes it. */
                    file: string | null;
                    line: number | null;
                    /** @description The line of the log that has the message, from 1; null for a failure that only a report of tests names. */
                    log_line: number | null;
                    /** @description The test passed in the newest build of the default branch before this one. */
                    new?: boolean;
                    /** @description What forks of its failed run proved: `flaky`: one command gave both results from the same bytes; `fails`: red every time; `order`: red in the whole run, green alone; `unknown`. `proving` until then, null where nothing is proved. More may come. */
                    verdict?: string | null;
                    /** @description How many forks ran it. */
                    forks?: number | null;
                    /** @description In how many of them it passed. */
                    fork_passes?: number | null;
                }[];
                /** @description Forks of the step will show, or are showing, which of its tests are flaky. */
                proving?: boolean;
                /** @description How many tests failed, where the step failed softly because all of them were in quarantine; 0 otherwise. */
                quarantined?: number;
            } | null;
            retry: {
                allowed: boolean;
                reason: string | null;
            };
            shell: {
                available: boolean;
                reason: string | null;
                /** @description The command line that opens it. */
                command: string;
                /** @description The one that opens the file system as the command found it. */
                before_command: string | null;
                /** Format: date-time */
                kept_until: string | null;
            } | null;
            /** @description The command line that runs this step on a laptop. */
            local_command: string | null;
            cost: {
                cents: number | null;
                vcpu_seconds: number;
            } | null;
            log: {
                /** @description Null while it grows and nobody counted. */
                lines: number | null;
                bytes: number | null;
                complete: boolean;
            };
            /** @description How many annotations this attempt left; see `listAnnotations`. */
            annotations: number;
            /** @description The services that run beside it. */
            services: components["schemas"]["JobService"][];
            /** @description The audiences of the identity tokens that its step asks for. */
            id_tokens?: string[];
            /** @description The runner that had the job last; null when it never had one, or of an earlier release. */
            runner?: {
                id: string;
                /** @description The name of its machine; its id when it was forgotten. */
                name: string;
                pool: string | null;
            } | null;
            /** @description The parts of its work around its command, under its newest lease. They end after `finished_at` where files are kept. */
            phases: components["schemas"]["JobPhase"][];
            /** @description Whether it has lost a lease, so that its instants are those of a later one. */
            lost: boolean;
            /** @description The group of steps of which a limited number runs at a time. */
            concurrency_group: string | null;
        };
        /**
         * RenderJobView
         * @description One job (DAG node) of a build.
         */
        RenderJobView: {
            /** @description The shell command the job runs. */
            command?: string | null;
            /**
             * Format: date-time
             * @description When the job row was created.
             */
            created_at: string;
            /** @description Ids of this job's prerequisite jobs (its DAG in-edges), spanning both `depends_on` and `builds_in` dependency kinds. Empty when the job has no prerequisites. */
            depends_on: string[];
            /** @description Stable job-level error code, if the job failed. */
            error_code?: string | null;
            /** @description Human-readable job-level error message, if any. */
            error_message?: string | null;
            /** @description The command's exit status, once finished. */
            exit_code?: number | null;
            /**
             * Format: date-time
             * @description When the job reached a terminal state.
             */
            finished_at?: string | null;
            /**
             * Format: uuid
             * @description The job's id.
             */
            id: string;
            /** @description Human-readable job name. */
            name?: string | null;
            /** @description The job's retry policy, if any. */
            retry_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description The job's soft-fail policy, if any. */
            soft_fail_policy?: {
                [key: string]: unknown;
            } | null;
            /** @description Whether the job failed but the build was allowed to continue. */
            soft_failed: boolean;
            /**
             * Format: date-time
             * @description When the job started running.
             */
            started_at?: string | null;
            /**
             * @description The job's FSM state.
             * @enum {string}
             */
            state: "pending" | "scheduled" | "assigned" | "running" | "passed" | "failed" | "skipped" | "canceling" | "canceled" | "timing_out" | "timed_out";
            /** @description The job's stable key within the build's DAG. */
            step_key?: string | null;
            /** @description Counts from 1; a retry is a new job with the next number. */
            attempt?: number;
            /**
             * Format: uuid
             * @description The attempt before this one.
             */
            previous_attempt_id?: string | null;
            /**
             * Format: uuid
             * @description The job that added this step to the build while it ran (`append`); null for a step of the pipeline. Absent from servers that cannot add steps.
             */
            appended_by?: string | null;
            /** @description The jobs for whose added steps this one waits too: all jobs with one of them as `appended_by`, and those that these add. `depends_on` does not list them, because they may be thousands. */
            after_appended?: string[];
            /** @description Why the job does not start, while it waits: `dependencies`, `approval`, `concurrency_group`, `organization_limit`, `pipeline_limit`, `retry_delay` or `runner`. */
            wait_reason?: string | null;
            /** @description Why the job was skipped. */
            skip_reason?: string | null;
            /** @description The outcome was taken from the step cache. */
            cached?: boolean;
            /** @description The image that could not be had: the base `host`, made of the programs of the runner, stood in for it. */
            substituted_image?: string | null;
            /** @description Grows with each change; an older one never replaces a newer one. */
            version: number;
            attempts: {
                number: number;
                /** Format: uuid */
                job_id: string;
                /** @description Why it was made: `first`, `manual` or `policy`. */
                cause: string;
                state: string;
                exit_code: number | null;
                /** Format: date-time */
                started_at: string | null;
                /** Format: date-time */
                finished_at: string | null;
                /** Format: date-time */
                scheduled_at?: string | null;
                /** Format: date-time */
                assigned_at?: string | null;
                phases?: components["schemas"]["JobPhase"][];
            }[];
            /**
             * Format: uuid
             * @description The job in whose file system this one runs.
             */
            builds_in: string | null;
            /** @description The jobs that it still waits for. */
            waits_on: string[];
            /** Format: date-time */
            scheduled_at: string | null;
            /** Format: date-time */
            assigned_at: string | null;
            waiting: {
                message: string;
                /** Format: date-time */
                since: string;
                /** @description How many jobs, or builds of the group, come before it. */
                ahead: number | null;
                /** @description The value of the limit that it waits for. */
                limit: number | null;
                refs: {
                    /** @description What is waited for: `step`, `runner`, `time`, `limit`, `concurrency_group` or `approval`; `holder` is a job, or a whole build, that counts against the limit or has a place in the group. */
                    kind: string;
                    name: string;
                    /** Format: uuid */
                    job_id: string | null;
                    /** @description Of a holder: the pipeline that it belongs to. */
                    pipeline_slug: string | null;
                    /** @description Of a holder: its build. */
                    build_number: number | null;
                }[];
            } | null;
            /**
             * Format: uuid
             * @description The job because of which this one was skipped.
             */
            skipped_by: string | null;
            image: string | null;
            snapshot: {
                id: string;
                parent_id: string | null;
                /** @description What it takes beside its parent. */
                bytes: number | null;
                /** Format: date-time */
                created_at: string | null;
                /** Format: date-time */
                kept_until: string | null;
            } | null;
            cache: {
                /** @enum {string} */
                outcome: "hit" | "miss" | "off" | "bypassed";
                /** @description When the step is run again, in words; null where no policy is set. */
                policy: string | null;
                from: {
                    pipeline_slug: string;
                    number: number;
                    /** Format: uuid */
                    job_id: string;
                    /** Format: date-time */
                    at: string;
                    /** @description How long the step ran then. */
                    saved_ms: number | null;
                } | null;
                /** @description Of a miss: `first`, `changed`, `expired`, `evicted`, `damaged` or `not_recorded`; null where it is not known. */
                reason: string | null;
                /** @description Of a miss, what is not as it was; digests, never values. */
                changes: {
                    /** @description `path`, `variable`, `command`, `image` or `parent`. */
                    kind: string;
                    name: string;
                    before: string | null;
                    after: string | null;
                }[];
                /** @description Whose entries the build finds, and who finds its own; null for builds of earlier releases. */
                rule?: string | null;
            };
            failure: {
                /** @description `exit`, `signal`, or the error code. */
                kind: string;
                /** @description Not the fault of the command. */
                platform: boolean;
                signal: string | null;
                message: string;
                /** @description The line that reports the first failure, else the first that looks like an error, counted from 1; null where there is none. */
                first_error_line: number | null;
                /** @description The last lines, at most 20; none but for the first few failures and the one that `failed` names. */
                tail: string[];
                /** @description What to do, where the platform knows. */
                hint: string | null;
                doc_url: string | null;
                /** @description How many tests failed, as the reports of the step say, else its log; 0 where neither does. */
                failed_tests?: number;
                /** @description How many errors the log reports that belong to no test: of compilers, linters, and of files of tests. */
                other_errors?: number;
                /** @description The first failures that the reports of tests name, else the log, at most 10. */
                reports?: {
                    /** @description The name of the test with those of its suites; null for an error that belongs to none. */
                    test: string | null;
                    message: string;
                    /** @description As the log or the report writes it. */
                    file: string | null;
                    line: number | null;
                    /** @description The line of the log that has the message, from 1; null for a failure that only a report of tests names. */
                    log_line: number | null;
                    /** @description The test passed in the newest build of the default branch before this one. */
                    new?: boolean;
                }[];
            } | null;
            retry: {
                allowed: boolean;
                reason: string | null;
            };
            shell: {
                available: boolean;
                reason: string | null;
                /** @description The command line that opens it. */
                command: string;
                /** @description The one that opens the file system as the command found it. */
                before_command: string | null;
                /** Format: date-time */
                kept_until: string | null;
            } | null;
            /** @description The command line that runs this step on a laptop. */
            local_command: string | null;
            cost: {
                cents: number | null;
                vcpu_seconds: number;
            } | null;
            log: {
                /** @description Null while it grows and nobody counted. */
                lines: number | null;
                bytes: number | null;
                complete: boolean;
            };
            /** @description How many annotations this attempt left; see `listAnnotations`. */
            annotations: number;
            /** @description The services that run beside it. */
            services: components["schemas"]["JobService"][];
            /** @description The parts of its work around its command, under its newest lease. They end after `finished_at` where files are kept. */
            phases: components["schemas"]["JobPhase"][];
            /** @description Whether it has lost a lease, so that its instants are those of a later one. */
            lost: boolean;
            /** @description The group of steps of which a limited number runs at a time. */
            concurrency_group: string | null;
        } | null;
        /** EventOfLog */
        EventOfLog: {
            /** @description A line of `logs.txt`, counted from 1. */
            from: number;
            /** @description The escape sequence that sets the colours in force before the first of these lines; empty when none are. */
            sgr: string;
            /**
             * Format: date-time
             * @description The time that the times of lines count from.
             */
            t0: string | null;
            /** @description Of each line: milliseconds since `t0` or null; 0 stdout or 1 stderr; its text without the line feed, at most 4,000 characters; flags (1 not UTF-8, 2 cut); and of a cut one its length in bytes, and at which byte of `logs.txt` it begins. */
            lines: (string | (number | null))[][];
            total_lines: number;
            /** @description Nothing will be added. */
            complete: boolean;
            /** Format: uuid */
            job_id: string;
            /** @description Those that are new or have changed. */
            groups: components["schemas"]["LogGroup"][];
            /** @description Numbers of lines that look like errors: those that are new. */
            errors: number[];
            /** @description Those that are new. */
            remarks: components["schemas"]["LogRemark"][];
        };
        /** BuildTest */
        BuildTest: {
            /** @description Of the test, the same in all builds of the pipeline. */
            id: string;
            /** @description The suites around it, outermost first; may be empty. */
            suite: string;
            name: string;
            /** @description A path in the repository. */
            file: string | null;
            /** @description Where it failed; of another test, where it begins. */
            line: number | null;
            /** @description `passed`, `failed`, `skipped`, or `errored`: it could not run. More may come. */
            state: string;
            duration_ms: number | null;
            /** @description What the tool says about a failure or a skip; may have several lines. */
            message: string | null;
            /** @description It failed, and passed in the newest build of the default branch before this one. */
            new: boolean;
            /** @description What forks of its failed run proved: `flaky`: one command gave both results from the same bytes; `fails`: red every time; `order`: red in the whole run, green alone; `unknown`. `proving` until then, null where nothing is proved. More may come. */
            verdict?: string | null;
            /** @description How many forks ran it. */
            forks?: number | null;
            /** @description In how many of them it passed. */
            fork_passes?: number | null;
            /** @description What each fork that tells of it says of it, in their order. */
            fork_results?: {
                /** @description Number of the fork among those of its job. */
                fork: number;
                passed: boolean;
            }[];
            /** @description It is in quarantine now. */
            quarantined?: boolean;
            job_id: string;
            /** @description Path of the report. */
            report: string;
            /** @description The step was not run: the result is that of its cache entry. */
            cached: boolean;
        };
        /** BuildTestList */
        BuildTestList: {
            data: components["schemas"]["BuildTest"][];
            /** @description Of the whole build, or of the job. */
            counts: {
                passed: number;
                failed: number;
                skipped: number;
                errored: number;
            };
            /** @description Results over the limit of 100,000 a build: counted, but not listed. */
            left_out: number;
            /** @description The files that the results come from, of at most 1,000. */
            reports: {
                path: string;
                job_id: string;
                /** @description `junit`, `go` or `tap`; null for a file that is no report. */
                format: string | null;
                /** @description Places that could not be read. */
                faults: number;
                /** @description Why results are missing. */
                problem: string | null;
            }[];
            next_cursor: string | null;
        };
        /** PipelineTest */
        PipelineTest: {
            /** @description Of the test, the same in all builds of the pipeline. */
            id: string;
            /** @description The suites around it, outermost first; may be empty. */
            suite: string;
            name: string;
            /** @description A path in the repository. */
            file: string | null;
            /** @description In how many of the newest 50 builds of the default branch it ran. */
            runs: number;
            /** @description In how many of them it failed. */
            failures: number;
            /** @description From 0 to 1, of the builds in which it was not skipped. */
            pass_rate: number | null;
            /** @description Of its runs in these builds. */
            median_ms: number | null;
            /** @description In the newest of these builds that ran it. */
            state: string | null;
            last_failure: {
                /** @description Of the build. */
                number: number;
                at: string;
                message: string | null;
            } | null;
            failing_since: {
                /** @description Of the first build of this row of failures. */
                number: number;
                at: string;
            } | null;
            /** @description The newest proof that it is flaky, of these builds. */
            flaky?: {
                /** @description Of the build. */
                number: number;
                at: string;
                forks: number;
                fork_passes: number;
            } | null;
            /** @description Null: it is not in quarantine. */
            quarantine?: {
                since: string;
                /** @description When it ends without a new proof. */
                until: string;
                /** @description When it was proved flaky last; null: an administrator put it there, and nothing has proved it since. */
                proved_at: string | null;
            } | null;
        };
        /** PipelineTestList */
        PipelineTestList: {
            data: components["schemas"]["PipelineTest"][];
            next_cursor: string | null;
        };
        /** TestRun */
        TestRun: {
            /** @description Of the build. */
            number: number;
            branch: string;
            commit: string;
            job_id: string;
            step_key: string | null;
            attempt: number;
            /** @description `passed`, `failed`, `skipped`, or `errored`: it could not run. More may come. */
            state: string;
            /** @description When its step ended. */
            at: string;
            duration_ms: number | null;
            line: number | null;
            file: string | null;
            message: string | null;
            cached: boolean;
            /** @description What forks of its failed run proved: `flaky`: one command gave both results from the same bytes; `fails`: red every time; `order`: red in the whole run, green alone; `unknown`. `proving` until then, null where nothing is proved. More may come. */
            verdict?: string | null;
            /** @description How many forks ran it. */
            forks?: number | null;
            /** @description In how many of them it passed. */
            fork_passes?: number | null;
            /** @description What each fork that tells of it says of it, in their order. */
            fork_results?: {
                /** @description Number of the fork among those of its job. */
                fork: number;
                passed: boolean;
            }[];
        };
        /** TestHistory */
        TestHistory: {
            test: components["schemas"]["PipelineTest"];
            data: components["schemas"]["TestRun"][];
            next_cursor: string | null;
        };
        /** UpdateTestRequest */
        UpdateTestRequest: {
            /** @description Whether its failures fail their step softly, where the step asks for `quarantine`. */
            quarantined: boolean;
        };
        /** @description A text or an element of parsed Markdown. Clients draw it by its tag, and never as HTML. */
        MarkdownNode: {
            /** @description The children of an element follow it, one deeper. */
            depth: number;
            /** @enum {string} */
            tag: "text" | "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "li" | "blockquote" | "pre" | "hr" | "br" | "code" | "em" | "strong" | "s" | "a" | "table" | "thead" | "tbody" | "tr" | "th" | "td";
            /** @description Of a `text`, `code` or `pre`. */
            text: string | null;
            /** @description Of an `a`: an address of http or https. */
            href: string | null;
            /** @description Of an `ol`: its first number. */
            start: number | null;
            /**
             * @description Of a `th` or `td`.
             * @enum {string|null}
             */
            align: "left" | "center" | "right" | null;
        };
        /** @description A text that a step left for the page of its build, as `summary.md` or in `annotations/`, below `$HARMONT_OUTPUT`. */
        Annotation: {
            /** @description Stable as long as the annotation is kept. */
            id: string;
            /**
             * Format: uuid
             * @description The attempt that left it.
             */
            job_id: string;
            /** @description Its file's name without style and ending; `summary` for a summary. */
            name: string;
            /** @enum {string} */
            style: "summary" | "info" | "success" | "warning" | "error";
            /** @description The text, with secrets masked. */
            markdown: string;
            /** @description The text as elements, in its order. HTML and pictures in it stay text. */
            tree: components["schemas"]["MarkdownNode"][];
        };
        AnnotationList: {
            data: components["schemas"]["Annotation"][];
        };
        /**
         * Artifact
         * @description A file that a step left.
         */
        Artifact: {
            id: string;
            /**
             * Format: uuid
             * @description The attempt that left it.
             */
            job_id: string;
            step_key: string;
            attempt: number;
            /** @description Relative to the workspace. */
            path: string;
            /** @description file, junit or coverage; others may come. */
            kind: string;
            bytes: number;
            /** @description Of the whole file, in hexadecimal. */
            sha256: string;
            /** Format: date-time */
            created_at: string;
            /**
             * Format: date-time
             * @description null: it is kept as long as its build is the newest pass of the default branch, or for ever.
             */
            expires_at: string | null;
            /**
             * Format: date-time
             * @description When its bytes were removed; null while they are there.
             */
            expired_at: string | null;
        };
        /** ArtifactList */
        ArtifactList: {
            data: components["schemas"]["Artifact"][];
            /** @description `cursor` of the next page; null after the last. */
            next_cursor: string | null;
        };
        /**
         * RunnerJob
         * @description A job that a runner holds.
         */
        RunnerJob: {
            /** Format: uuid */
            job_id: string;
            /** @description The name of its step; null for the rendering of the pipeline. */
            name: string | null;
            /** @description Slug. */
            organization: string;
            pipeline_slug: string;
            build_number: number;
            /** @description The job's state. */
            state: string;
            /**
             * Format: date-time
             * @description When the runner took it.
             */
            since: string;
        };
        /**
         * Runner
         * @description A runner: a process that runs jobs, and its machine.
         */
        Runner: {
            /** @description As the audit log names it. */
            id: string;
            /** @description The name of its machine. */
            name: string;
            /** @description `joined`, or `server` for one that runs in a process of the server. */
            kind: string;
            pool: string;
            labels: string[];
            /** @description Slugs of the organizations whose jobs it takes, as far as the caller sees them; null: of all. */
            organizations: string[] | null;
            /** @description Whether its jobs get secrets. */
            secrets: boolean;
            /** @description `connected`, `draining`, `away`, or `new` for one that has joined and never asked for work. */
            state: string;
            /** @description The release of Harmont that it runs. */
            release: string | null;
            /** @description The version of the protocol that it speaks with the server; null for one that has not said it. */
            protocol: number | null;
            /** @description How many jobs it runs at a time. */
            slots: number | null;
            /** @description Free space of the disk that has its data; null until it has said so. */
            disk_free_bytes: number | null;
            disk_size_bytes: number | null;
            /** @description How many snapshots are on its machine. */
            snapshots: number | null;
            /** @description Jobs of builds that the caller sees. */
            jobs: components["schemas"]["RunnerJob"][];
            /** @description How many more it holds, of other organizations. */
            other_jobs: number;
            /** Format: date-time */
            joined_at: string | null;
            /**
             * Format: date-time
             * @description When its newest process began.
             */
            started_at: string | null;
            /**
             * Format: date-time
             * @description When it was heard last.
             */
            seen_at: string | null;
            /** Format: date-time */
            draining_since: string | null;
            /** @description Whether the caller may drain and revoke it. */
            manageable: boolean;
        };
        /**
         * RunnerDemand
         * @description Ready jobs that wait for a runner and for no limit.
         */
        RunnerDemand: {
            /** @description What the jobs ask for. */
            labels: string[];
            /** @description How many jobs are ready. */
            jobs: number;
            /**
             * Format: date-time
             * @description When the oldest of them became ready.
             */
            since: string;
            /** @description Whether a connected runner may take them. */
            served: boolean;
        };
        /**
         * RunnerPool
         * @description Runners that steps ask for by one name, and the jobs that wait for them.
         */
        RunnerPool: {
            name: string;
            /** @description How many runners are there and take work. */
            connected: number;
            /** @description How many jobs these run at a time, where it is known. */
            slots: number;
            /** @description How many jobs they hold. */
            busy: number;
            /** @description By labels, the oldest first. */
            waiting: components["schemas"]["RunnerDemand"][];
        };
        /** RunnerList */
        RunnerList: {
            data: components["schemas"]["Runner"][];
            pools: components["schemas"]["RunnerPool"][];
            /** @description Whether the caller looks after the whole server: `scope=server` answers them. */
            operator: boolean;
        };
        /**
         * RunnerKey
         * @description A key with which runners join. The key itself is shown once, when it is made.
         */
        RunnerKey: {
            /** Format: uuid */
            id: string;
            pool: string;
            labels: string[];
            /** @description Slugs of the organizations whose jobs its runners take, as far as the caller sees them; null: of all. */
            organizations: string[] | null;
            /** @description Whether jobs on its runners get secrets. */
            secrets: boolean;
            /** @description How many runners may join with it; null: any number. */
            uses: number | null;
            /** @description How many have joined. */
            used: number;
            /** @description Who made it; null for the operator of the server. */
            made_by: string | null;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            expires_at: string | null;
        };
        /** RunnerKeyList */
        RunnerKeyList: {
            data: components["schemas"]["RunnerKey"][];
        };
        /** CreateRunnerKeyRequest */
        CreateRunnerKeyRequest: {
            /** @description The pool of the runners that join with it, such as `default`. */
            pool: string;
            /** @description What they offer to steps. */
            labels?: string[] | null;
            /** @description Whether jobs on them get secrets; true when absent. */
            secrets?: boolean | null;
            /** @description How many runners may join, from 1 to 1000; one when absent. */
            uses?: number | null;
            /**
             * Format: date-time
             * @description Until when; a day from now when absent.
             */
            expires_at?: string | null;
            /** @description For jobs of every organization, which takes an operator of the server. */
            every_organization?: boolean | null;
        };
        /** CreateRunnerKeyResponse */
        CreateRunnerKeyResponse: {
            /** @description The key. Store it now: it is never shown again. */
            key: string;
            runner_key: components["schemas"]["RunnerKey"];
        };
        /**
         * Notification
         * @description Who is told of what happens to builds.
         */
        Notification: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "webhook" | "slack" | "email";
            /** @description Slug; null: of every pipeline. */
            pipeline: string | null;
            /** @description `broke`, `fixed`, `finished`, `approval`, `flaky`. Of several that one end of a build causes, the first is told. */
            events: string[];
            /** @description Globs of branches; null: every build. Builds of tags and pull requests are of no branch. */
            branches: string[] | null;
            /** @description Where it goes, without what may be secret in it. */
            target: string;
            enabled: boolean;
            /**
             * Format: date-time
             * @description Since when nothing has arrived.
             */
            failing_since: string | null;
            /** Format: date-time */
            disabled_at: string | null;
            made_by: string | null;
            /** Format: date-time */
            created_at: string;
        };
        /** NotificationList */
        NotificationList: {
            data: components["schemas"]["Notification"][];
        };
        /** CreateNotificationRequest */
        CreateNotificationRequest: {
            /** @enum {string} */
            kind: "webhook" | "slack" | "email";
            /** @description `broke`, `fixed`, `finished`, `approval`, `flaky`. Of several that one end of a build causes, the first is told. */
            events: string[];
            /** @description Slug; null: of every pipeline. */
            pipeline?: string | null;
            /** @description Globs of branches; null: every build. Builds of tags and pull requests are of no branch. */
            branches?: string[] | null;
            /** @description Of a webhook or a Slack channel: https, and a public address. */
            url?: string;
            /** @description Address of a member. */
            email?: string;
        };
        /** CreateNotificationResponse */
        CreateNotificationResponse: {
            notification: components["schemas"]["Notification"];
            /** @description Signs the messages, as Standard Webhooks says; null for other kinds. */
            secret: string | null;
        };
        /**
         * UpdateNotificationRequest
         * @description What is not named stays.
         */
        UpdateNotificationRequest: {
            /** @description `broke`, `fixed`, `finished`, `approval`, `flaky`. Of several that one end of a build causes, the first is told. */
            events?: string[];
            /** @description Globs of branches; null: every build. Builds of tags and pull requests are of no branch. */
            branches?: string[] | null;
            /** @description What waits when it is switched off is sent when it is switched on. */
            enabled?: boolean;
        };
        /** NotificationSecret */
        NotificationSecret: {
            secret: string;
        };
        /**
         * NotificationDelivery
         * @description One message of a notification.
         */
        NotificationDelivery: {
            /**
             * Format: uuid
             * @description Its idempotency key, the same at every attempt.
             */
            id: string;
            /** @description Such as `build.broke`. */
            type: string;
            /**
             * @description `failed`: given up after a day.
             * @enum {string}
             */
            state: "waiting" | "sent" | "failed";
            attempts: number;
            /** Format: date-time */
            last_attempt_at: string | null;
            last_status: number | null;
            /** @description The beginning of the last answer, or why there was none. */
            last_answer: string | null;
            /** Format: date-time */
            next_attempt_at: string | null;
            /** @description What is sent. Of a mail: its subject and paragraphs. */
            body: string;
            /**
             * Format: date-time
             * @description When it happened.
             */
            created_at: string;
        };
        /** NotificationDeliveryList */
        NotificationDeliveryList: {
            data: components["schemas"]["NotificationDelivery"][];
            next_cursor: string | null;
        };
        /** BadgeSettings */
        BadgeSettings: {
            /** @enum {string} */
            access: "off" | "public" | "token";
            /** @description The picture; null while it is off. */
            url: string | null;
            /** @description A line for a README; null while it is off. */
            markdown: string | null;
        };
        /** UpdateBadgeSettingsRequest */
        UpdateBadgeSettingsRequest: {
            /** @enum {string} */
            access: "off" | "public" | "token";
        };
        /**
         * JobPhase
         * @description A part of a job's work, as its runner reported it.
         */
        JobPhase: {
            /** @description `fetch`: image, files of other steps, cache; `source`, beside `sandbox`, which includes services; `artifacts`: reports and artifacts; `snapshot`. */
            name: string;
            /** Format: date-time */
            started_at: string;
            /** @description How long it took. */
            ms: number;
        };
        /**
         * PipelineTime
         * @description Where the time of a pipeline's builds went: sums over their critical paths.
         */
        PipelineTime: {
            days: number;
            /** @description How many builds that passed or failed it covers. Those of releases without critical paths are none of them. */
            builds: number;
            /** @description From the creation of each build to its end. */
            total_ms: number;
            /** @description The largest first. Their sum is `total_ms`. */
            parts: {
                /** @description `command`, or what was not work of a command: `queue` (a runner, or a limit of running jobs), `group`, `approval`, `place`, `failed` (attempts that were tried again), `delay`, `lost` (with a runner), `fetch`, `source`, `sandbox`, `start`, `artifacts`, `snapshot`, `render` or `other`. */
                kind: string;
                ms: number;
                /** @description How many builds had any of it. */
                builds: number;
            }[];
            /** @description Builds that failed by nothing but tests that were proved flaky, and their whole time. */
            flaky: {
                builds: number;
                ms: number;
            };
            /** @description Commands of critical paths whose result an earlier build had left under the same key, and which was no longer there. */
            missed: {
                builds: number;
                ms: number;
            };
        };
        /**
         * Registry
         * @description A login with which runners pull images for the organization.
         */
        Registry: {
            /** @description As the name of an image begins: `ghcr.io`, `registry.example:5000`; `docker.io` for names without a registry. */
            host: string;
            username: string;
            /** @description Whether builds of forks pull with it too. */
            forks: boolean;
            /** Format: date-time */
            updated_at: string;
        };
        /** RegistryList */
        RegistryList: {
            registries: components["schemas"]["Registry"][];
        };
        /** SetRegistryRequest */
        SetRegistryRequest: {
            username: string;
            /** @description A password or token that may pull. No operation returns it. */
            secret: string;
            /** @description Lets builds of forks pull with it. Absent: unchanged, or false for a new login. */
            forks?: boolean;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    cliClaim: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Claim request */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CliClaimRequest"];
            };
        };
        responses: {
            /** @description The session token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CliTokenResponse"];
                };
            };
            /** @description No token available for this nonce */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cliCode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The paste code */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CliCodeResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cliRedeem: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Redeem request */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CliRedeemRequest"];
            };
        };
        responses: {
            /** @description The session token */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CliTokenResponse"];
                };
            };
            /** @description Invalid or expired paste code */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cliTransfer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Transfer request */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CliTransferRequest"];
            };
        };
        responses: {
            /** @description Token parked for the CLI to claim */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Token revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBillingBalance: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization's balance */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalanceResponse"];
                };
            };
            /** @description No such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBillingTransactions: {
        parameters: {
            query?: {
                /** @description Page size (1–100, default 50). */
                limit?: number;
                /** @description Opaque cursor from a previous page's `next_cursor`. */
                cursor?: string;
                source?: "stripe_topup" | "coupon_redemption" | "admin_grant" | "vm_lease_debit" | "refund";
            };
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization's ledger entries */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TransactionList"];
                };
            };
            /** @description No such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBillingUsage: {
        parameters: {
            query: {
                /** @description Window start (inclusive), ISO-8601. */
                from: string;
                /** @description Window end (exclusive), ISO-8601. */
                to: string;
            };
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The usage aggregates */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageResponse"];
                };
            };
            /** @description No such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Missing or invalid time window */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBillingUsageBreakdown: {
        parameters: {
            query: {
                /** @description ISO-8601 window start (inclusive). */
                from: string;
                /** @description ISO-8601 window end (exclusive). */
                to: string;
                pipeline?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description Organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Per-build usage breakdown */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageBreakdownResponse"];
                };
            };
            /** @description No such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Invalid window */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBillingUsageSeries: {
        parameters: {
            query: {
                /** @description ISO-8601 window start (inclusive). */
                from: string;
                /** @description ISO-8601 window end (exclusive). */
                to: string;
            };
            header?: never;
            path: {
                /** @description Organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Per-day usage buckets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageSeriesResponse"];
                };
            };
            /** @description No such organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Invalid window */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    acceptInvite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Token */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AcceptInviteRequest"];
            };
        };
        responses: {
            /** @description The joined organization */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description Invite cannot be accepted */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listOrganizations: {
        parameters: {
            query?: {
                /** @description Page size (1–100, default 50). */
                limit?: number;
                /** @description Opaque cursor from a previous page's `next_cursor`. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user's organizations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrganizationList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Organization to create */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateOrganizationRequest"];
            };
        };
        responses: {
            /** @description The created organization */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description Invalid organization attributes */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listOrganizationBuilds: {
        parameters: {
            query?: {
                pipeline?: string;
                state?: string;
                branch?: string;
                commit?: string;
                author?: string;
                source?: string;
                q?: string;
                from?: string;
                to?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildSummaryList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createBuildBySource: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        /** @description Build attributes */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateRepoBuildRequest"];
            };
        };
        responses: {
            /** @description The created build */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description The organization's balance is exhausted */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Manual builds are disabled for this pipeline */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No pipeline for that repo + source slug */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The pipeline IR was rejected */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listInvites: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Invites */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InviteList"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createInvite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        /** @description Invite */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateInviteRequest"];
            };
        };
        responses: {
            /** @description The created invite (with token) */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Invite"];
                };
            };
            /** @description Insufficient role */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Invalid or duplicate invite */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeInvite: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listOrgMembers: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Members */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgMemberList"];
                };
            };
            /** @description No such org for this user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    removeOrgMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                user_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Insufficient role */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Member not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Cannot remove the last owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateOrgMember: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                user_id: string;
            };
            cookie?: never;
        };
        /** @description New role */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateMemberRoleRequest"];
            };
        };
        responses: {
            /** @description Updated member */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrgMember"];
                };
            };
            /** @description Insufficient role */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Member not found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Cannot demote the last owner */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Invalid role value */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPipelines: {
        parameters: {
            query?: {
                /** @description Page size (1–100, default 50). */
                limit?: number;
                /** @description Opaque cursor from a previous page's `next_cursor`. */
                cursor?: string;
                archived?: "true" | "false";
                q?: string;
            };
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The organization's pipelines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineList"];
                };
            };
            /** @description No such organization for this user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createPipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
            };
            cookie?: never;
        };
        /** @description Pipeline attributes */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreatePipelineRequest"];
            };
        };
        responses: {
            /** @description The created pipeline */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description No such organization for this user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Validation failed (e.g. slug already taken) */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getPipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pipeline */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description No such pipeline in this organization */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    archivePipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updatePipeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdatePipelineRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pipeline"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_managed_by_code */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_invalid, pipeline_source_taken */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBuilds: {
        parameters: {
            query?: {
                /** @description Page size (1–100, default 50). */
                limit?: number;
                /** @description Opaque cursor from a previous page's `next_cursor`. */
                cursor?: string;
                state?: string;
                branch?: string;
                commit?: string;
                source?: string;
            };
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pipeline's builds */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildList"];
                };
            };
            /** @description No such organization or pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createBuild: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
            };
            cookie?: never;
        };
        /** @description Build attributes */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateBuildRequest"];
            };
        };
        responses: {
            /** @description The created build */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description The organization's balance is exhausted */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Manual builds are disabled for this pipeline */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description No such organization or pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The pipeline IR was rejected */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
                /** @description The build number. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The build */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description No such build in this pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    cancelBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
                /** @description The build number. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cancelled build */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description No such build in this pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                attempts?: "all";
            };
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
                /** @description The build number. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The build's jobs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description No such build in this pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
                /** @description The build number. */
                number: number;
                /** @description The job id. */
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description No such job in this build */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBuildLogToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The organization slug. */
                org: string;
                /** @description The pipeline slug. */
                pipeline: string;
                /** @description The build number. */
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The log token and its expiry */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogTokenResponse"];
                };
            };
            /** @description No such build in this pipeline */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentUserResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Account deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Account has billing history */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateCurrentUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Profile update */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UserUpdateRequest"];
            };
        };
        responses: {
            /** @description The updated user */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CurrentUserResponse"];
                };
            };
            /** @description Invalid name */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listApiTokens: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user's API keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenListResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createApiToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description Create request */
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ApiTokenCreateRequest"];
            };
        };
        responses: {
            /** @description The created key and its one-time secret */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiTokenCreateResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeApiToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The API key id. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Key revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description No such key for this user */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    authGoogle: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AuthGoogleRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthTokenResponse"];
                };
            };
            /** @description oauth_email_unverified */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_redirect_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description signup_failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_provider_error */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_not_configured, signup_cap_reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    authGithub: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AuthGithubRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthTokenResponse"];
                };
            };
            /** @description oauth_email_unverified */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_redirect_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description signup_failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_provider_error */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_not_configured, signup_cap_reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeySignupBegin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeySignupBeginRequest"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description email_unconfigured, passkey_email_send_failed */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description signup_cap_reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeySignupOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeySignupOptionsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallengeResponse"];
                };
            };
            /** @description passkey_token_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeySignupFinalize: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeySignupFinalizeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthTokenResponse"];
                };
            };
            /** @description passkey_challenge_invalid, passkey_token_invalid, passkey_registration_failed, passkey_user_verification_required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description passkey_signup_email_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description signup_cap_reached */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeyLoginOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeyLoginOptionsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallengeResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeyLoginFinalize: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeyLoginFinalizeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenResponse"];
                };
            };
            /** @description passkey_challenge_invalid, passkey_unknown_credential, passkey_assertion_failed, passkey_user_verification_required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeyRegisterOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyRegisterOptionsResponse"];
                };
            };
            /** @description passkey_limit_reached */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    passkeyRegisterFinalize: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PasskeyRegisterFinalizeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description passkey_challenge_invalid, passkey_registration_failed, passkey_user_verification_required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description passkey_already_registered */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    recoverBegin: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RecoverBeginRequest"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    recoverOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RecoverOptionsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallengeResponse"];
                };
            };
            /** @description passkey_token_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    recoverFinalize: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RecoverFinalizeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthTokenResponse"];
                };
            };
            /** @description passkey_challenge_invalid, passkey_token_invalid, passkey_registration_failed, passkey_user_verification_required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getAuthConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthConfig"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    startOAuth: {
        parameters: {
            query?: {
                redirect?: string;
                link?: "true" | "false";
            };
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Go to the `Location` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description route_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    finishOAuth: {
        parameters: {
            query?: {
                code?: string;
                state?: string;
                error?: string;
                error_description?: string;
            };
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Go to the `Location` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description route_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description oauth_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionResponse"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setupInspect: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetupInspectRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetupInspectResponse"];
                };
            };
            /** @description passkey_token_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setupOptions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetupOptionsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyChallengeResponse"];
                };
            };
            /** @description passkey_token_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setupComplete: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetupCompleteRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthTokenResponse"];
                };
            };
            /** @description passkey_challenge_invalid, passkey_token_invalid, passkey_registration_failed, passkey_user_verification_required */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description passkey_signup_email_taken */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid, organization_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPasskeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasskeyListResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deletePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description passkey_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description passkey_last_credential */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    renamePasskey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                uuid: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RenamePasskeyRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description passkey_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionListResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeSessions: {
        parameters: {
            query?: {
                current?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description session_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listIdentities: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdentityListResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    unlinkIdentity: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description identity_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description identity_last_credential */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_is_personal */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateOrganization: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateOrganizationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Organization"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listOrgRepos: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RepoSummaryList"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listAuditEvents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditEventList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    previewInvite: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PreviewInviteRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["InvitePreview"];
                };
            };
            /** @description invite_unacceptable */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listOrganizationSecrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretList"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setOrganizationSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetSecretRequest"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteOrganizationSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, secret_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPipelineSummaries: {
        parameters: {
            query?: {
                q?: string;
                state?: "failing" | "running" | "never_built";
                sort?: "activity" | "name" | "failing";
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineSummaryList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPipelineSecrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecretList"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setPipelineSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetSecretRequest"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deletePipelineSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, pipeline_not_found, secret_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBuildSource: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                build_uuid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                };
            };
            /** @description The part asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/gzip": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description source_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description range_not_satisfiable */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    streamJobLogs: {
        parameters: {
            query?: {
                token?: string;
                last_event_id?: string;
            };
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description log_stream_unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description log_stream_forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getJobLogText: {
        parameters: {
            query?: {
                token?: string;
                meta?: "0" | "1";
                plain?: "0" | "1";
                download?: "0" | "1";
            };
            header?: never;
            path: {
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description The part asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description log_stream_unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description log_stream_forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description range_not_satisfiable */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readJobLog: {
        parameters: {
            query?: {
                at?: string;
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobLogView"];
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listJobServices: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobServiceList"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listJobForks: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobForkList"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getJobEgress: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobEgress"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readJobLogLines: {
        parameters: {
            query?: {
                from?: number;
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogPage"];
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    searchJobLog: {
        parameters: {
            query?: {
                q?: string;
                regex?: "true" | "false";
                case?: "true" | "false";
                word?: "true" | "false";
                from?: number;
                limit?: number;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LogSearchResult"];
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBuildView: {
        parameters: {
            query?: {
                failed?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildView"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    rebuildBuild: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RebuildRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description idempotency_key_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_insufficient_balance */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_manual_disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_archived, idempotency_key_in_progress, source_gone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description idempotency_key_reused, build_invalid, build_plan_rejected */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retryBuild: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RetryBuildRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description idempotency_key_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_insufficient_balance */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_manual_disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_archived, idempotency_key_in_progress, job_not_retryable, source_gone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description idempotency_key_reused, request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Job"];
                };
            };
            /** @description idempotency_key_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_insufficient_balance */
            402: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_manual_disabled */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description pipeline_archived, idempotency_key_in_progress, job_not_retryable, source_gone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    openShell: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                job_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OpenShellRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShellTicket"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description snapshot_gone, source_gone */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    approveBuild: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Build"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description approval_not_pending */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    streamBuildEvents: {
        parameters: {
            query?: {
                last_event_id?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    streamOrganizationEvents: {
        parameters: {
            query?: {
                last_event_id?: string;
                topics?: string;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, job_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description rate_limited */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listGithubInstallations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GithubInstallationList"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    connectGithubInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConnectInstallationRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GithubInstallation"];
                };
            };
            /** @description github_identity_required, oauth_state_invalid */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_installation_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_installation_bound_elsewhere */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_installation_id_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_not_configured, github_sync_failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    disconnectGithubInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description github_installation_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listGithubInstallationRepos: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GithubRepoList"];
                };
            };
            /** @description github_installation_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    syncGithubInstallation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GithubInstallation"];
                };
            };
            /** @description github_installation_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_not_configured, github_sync_failed */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    bitbucketOAuthUrl: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BitbucketOAuthUrlResponse"];
                };
            };
            /** @description bitbucket_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBitbucketWorkspaces: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BitbucketWorkspaceList"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBitbucketRepos: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BitbucketRepoList"];
                };
            };
            /** @description bitbucket_workspace_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    disconnectBitbucket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description bitbucket_workspace_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    connectBitbucket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ConnectBitbucketRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConnectBitbucketResponse"];
                };
            };
            /** @description bitbucket_invalid_state */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description bitbucket_installation_bound_elsewhere */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description bitbucket_connect_failed */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description bitbucket_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    githubInstallUrl: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GithubInstallUrlResponse"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    receiveWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                provider: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookResponse"];
                };
            };
            /** @description webhook_header_missing */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description webhook_signature_invalid */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description webhook_provider_unknown */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description payload_too_large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description github_not_configured, bitbucket_not_configured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    redeemCoupon: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RedeemCouponRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RedeemCouponResponse"];
                };
            };
            /** @description coupon_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description coupon_already_claimed */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description coupon_expired, coupon_exhausted */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createCheckout: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 visible ASCII characters. The same request under the same key has effect once. */
                "Idempotency-Key"?: string;
            };
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CheckoutRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckoutResponse"];
                };
            };
            /** @description idempotency_key_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description idempotency_key_in_progress */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description invalid_amount, idempotency_key_reused */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_provider_error */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_unconfigured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    stripeWebhook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "*/*": string;
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StripeWebhookResponse"];
                };
            };
            /** @description stripe_signature_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_unconfigured */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getUsageByPipeline: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByPipelineResponse"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_usage_window_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    exportBilling: {
        parameters: {
            query?: {
                kind?: "ledger" | "usage";
                from?: string;
                to?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description billing_usage_window_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    ping: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PingResponse"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getOpenApiDocument: {
        parameters: {
            query?: {
                view?: "full";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApiDocument"];
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getOpenIdConfiguration: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenIdConfiguration"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getJwks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Jwks"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description draining */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadinessResponse"];
                };
            };
            /** @description not_ready */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getScale: {
        parameters: {
            query: {
                /** @description The pool, as `runner-key create` names it. */
                pool: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Scale"];
                };
            };
            /** @description unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listMailbox: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MailboxResponse"];
                };
            };
            /** @description route_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listBuildTests: {
        parameters: {
            query?: {
                state?: "failed" | "passed" | "skipped";
                q?: string;
                job?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BuildTestList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listPipelineTests: {
        parameters: {
            query?: {
                state?: "failing" | "failed" | "flaky" | "quarantined";
                q?: string;
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineTestList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getTest: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                test: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TestHistory"];
                };
            };
            /** @description invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, test_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateTest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                test: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["UpdateTestRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineTest"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, test_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listAnnotations: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnnotationList"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listArtifacts: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ArtifactList"];
                };
            };
            /** @description invalid_cursor, query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getArtifact: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
                artifact_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description The part asked for */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/octet-stream": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, artifact_not_found, artifact_expired */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description range_not_satisfiable */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    downloadArtifacts: {
        parameters: {
            query?: {
                path?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found, build_not_found, artifact_not_found, artifact_expired */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listRunners: {
        parameters: {
            query?: {
                scope?: "organization" | "server";
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunnerList"];
                };
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeRunner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                runner_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, runner_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    drainRunner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                runner_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It drains */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, runner_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    resumeRunner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                runner_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It takes work */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, runner_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listRunnerKeys: {
        parameters: {
            query?: {
                scope?: "organization" | "server";
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunnerKeyList"];
                };
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createRunnerKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateRunnerKeyRequest"];
            };
        };
        responses: {
            /** @description The key, once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateRunnerKeyResponse"];
                };
            };
            /** @description operator_required */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description runner_key_limit_reached */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    revokeRunnerKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                key_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, runner_key_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listNotifications: {
        parameters: {
            query?: {
                pipeline?: string;
            };
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationList"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    createNotification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateNotificationRequest"];
            };
        };
        responses: {
            /** @description The notification, and its secret, once */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreateNotificationResponse"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteNotification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateNotification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateNotificationRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Notification"];
                };
            };
            /** @description organization_not_found, notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    rotateNotificationSecret: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The new secret, once */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationSecret"];
                };
            };
            /** @description organization_not_found, notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description notification_unsigned */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    testNotification: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            /** @description organization_not_found, notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description notification_disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listNotificationDeliveries: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                org: string;
                notification_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDeliveryList"];
                };
            };
            /** @description query_invalid, invalid_cursor */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    replayNotificationDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                notification_id: string;
                delivery_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NotificationDelivery"];
                };
            };
            /** @description organization_not_found, notification_not_found, delivery_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description notification_disabled */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    showUnsubscribe: {
        parameters: {
            query: {
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Go to the `Location` */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    unsubscribe: {
        parameters: {
            query: {
                token: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ended */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description notification_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBadge: {
        parameters: {
            query?: {
                branch?: string;
                token?: string;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "image/svg+xml": string;
                };
            };
            /** @description Not modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description badge_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getBadgeSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BadgeSettings"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    updateBadgeSettings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UpdateBadgeSettingsRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BadgeSettings"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    getPipelineTime: {
        parameters: {
            query?: {
                days?: number;
            };
            header?: never;
            path: {
                org: string;
                pipeline: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PipelineTime"];
                };
            };
            /** @description query_invalid */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description organization_not_found, pipeline_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    listRegistries: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegistryList"];
                };
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    setRegistry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                host: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetRegistryRequest"];
            };
        };
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description request_invalid */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    deleteRegistry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                org: string;
                host: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description organization_not_found, registry_not_found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Any other error */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}

/** The authentication of every operation: `x-auth`, or `member` without it. */
export interface operationAuth {
  cliClaim: 'none'
  cliCode: 'bearer'
  cliRedeem: 'none'
  cliTransfer: 'bearer'
  logout: 'bearer'
  getBillingBalance: 'member'
  listBillingTransactions: 'member'
  getBillingUsage: 'member'
  getBillingUsageBreakdown: 'member'
  getBillingUsageSeries: 'member'
  acceptInvite: 'bearer'
  listOrganizations: 'bearer'
  createOrganization: 'bearer'
  createBuildBySource: 'member'
  listOrganizationBuilds: 'member'
  listInvites: 'member'
  createInvite: 'member'
  revokeInvite: 'member'
  listOrgMembers: 'member'
  removeOrgMember: 'member'
  updateOrgMember: 'member'
  listPipelines: 'member'
  createPipeline: 'member'
  getPipeline: 'member'
  updatePipeline: 'member'
  archivePipeline: 'member'
  listBuilds: 'member'
  createBuild: 'member'
  getBuild: 'member'
  cancelBuild: 'member'
  listJobs: 'member'
  getJob: 'member'
  getBuildLogToken: 'member'
  deleteCurrentUser: 'bearer'
  getCurrentUser: 'bearer'
  updateCurrentUser: 'bearer'
  listApiTokens: 'bearer'
  createApiToken: 'bearer'
  revokeApiToken: 'bearer'
  authGoogle: 'none'
  authGithub: 'none'
  passkeySignupBegin: 'none'
  passkeySignupOptions: 'none'
  passkeySignupFinalize: 'none'
  passkeyLoginOptions: 'none'
  passkeyLoginFinalize: 'none'
  passkeyRegisterOptions: 'bearer'
  passkeyRegisterFinalize: 'bearer'
  recoverBegin: 'none'
  recoverOptions: 'none'
  recoverFinalize: 'none'
  getAuthConfig: 'none'
  startOAuth: 'none'
  finishOAuth: 'none'
  getSession: 'bearer'
  setupInspect: 'none'
  setupOptions: 'none'
  setupComplete: 'none'
  listPasskeys: 'bearer'
  deletePasskey: 'bearer'
  renamePasskey: 'bearer'
  listSessions: 'bearer'
  revokeSessions: 'bearer'
  revokeSession: 'bearer'
  listIdentities: 'bearer'
  unlinkIdentity: 'bearer'
  getOrganization: 'member'
  updateOrganization: 'member'
  deleteOrganization: 'member'
  listOrgRepos: 'member'
  listAuditEvents: 'member'
  previewInvite: 'none'
  listOrganizationSecrets: 'member'
  setOrganizationSecret: 'member'
  deleteOrganizationSecret: 'member'
  listPipelineSummaries: 'member'
  listPipelineSecrets: 'member'
  setPipelineSecret: 'member'
  deletePipelineSecret: 'member'
  getBuildSource: 'runner'
  streamJobLogs: 'log'
  getJobLogText: 'log'
  readJobLog: 'member'
  listJobServices: 'member'
  listJobForks: 'member'
  getJobEgress: 'member'
  readJobLogLines: 'member'
  searchJobLog: 'member'
  getBuildView: 'member'
  rebuildBuild: 'member'
  retryBuild: 'member'
  retryJob: 'member'
  openShell: 'member'
  approveBuild: 'member'
  streamBuildEvents: 'member'
  streamOrganizationEvents: 'member'
  listGithubInstallations: 'member'
  connectGithubInstallation: 'member'
  disconnectGithubInstallation: 'member'
  listGithubInstallationRepos: 'member'
  syncGithubInstallation: 'member'
  bitbucketOAuthUrl: 'member'
  listBitbucketWorkspaces: 'member'
  listBitbucketRepos: 'member'
  disconnectBitbucket: 'member'
  connectBitbucket: 'member'
  githubInstallUrl: 'member'
  receiveWebhook: 'signature'
  redeemCoupon: 'member'
  createCheckout: 'member'
  stripeWebhook: 'signature'
  getUsageByPipeline: 'member'
  exportBilling: 'member'
  ping: 'none'
  getOpenApiDocument: 'none'
  getOpenIdConfiguration: 'none'
  getJwks: 'none'
  getHealth: 'none'
  getReadiness: 'none'
  getMetrics: 'none'
  getScale: 'none'
  listMailbox: 'none'
  listBuildTests: 'member'
  listPipelineTests: 'member'
  getTest: 'member'
  updateTest: 'member'
  listAnnotations: 'member'
  listArtifacts: 'member'
  getArtifact: 'member'
  downloadArtifacts: 'member'
  listRunners: 'member'
  revokeRunner: 'member'
  drainRunner: 'member'
  resumeRunner: 'member'
  listRunnerKeys: 'member'
  createRunnerKey: 'member'
  revokeRunnerKey: 'member'
  listNotifications: 'member'
  createNotification: 'member'
  updateNotification: 'member'
  deleteNotification: 'member'
  rotateNotificationSecret: 'member'
  testNotification: 'member'
  listNotificationDeliveries: 'member'
  replayNotificationDelivery: 'member'
  showUnsubscribe: 'none'
  unsubscribe: 'none'
  getBadge: 'none'
  getBadgeSettings: 'member'
  updateBadgeSettings: 'member'
  getPipelineTime: 'member'
  listRegistries: 'member'
  setRegistry: 'member'
  deleteRegistry: 'member'
}

/** Every value of `x-permission`. */
export type Permission =
  | 'account'
  | 'read'
  | 'account.read'
  | 'organization.create'
  | 'build'
  | 'invites.read'
  | 'invites'
  | 'leave'
  | 'members'
  | 'pipeline.create'
  | 'pipeline.manage'
  | 'organization'
  | 'organization.delete'
  | 'audit'
  | 'secrets'
  | 'vcs'
  | 'billing'
  | 'runners.read'
  | 'runners'
  | 'notifications.read'
  | 'notifications'
