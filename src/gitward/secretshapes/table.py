"""What the tokens of providers look like: a table of facts, each from the provider's own documentation or tokens.

`PREFIXED`: kind, the prefixes, and what follows one of them. `OTHERS`: kind, what is looked for first (RE2, on every
byte that is read, so it is short and rare), how many bytes before that the shape begins, and the whole shape. Shapes are
patterns of Python's `re` on bytes, of bounded length, tried only where the first is found: so time stays linear.
Group 1 of a shape, where it has one, is the secret; else the whole is.
"""

from __future__ import annotations

_A, _W, _H = "[0-9A-Za-z]", "[0-9A-Za-z_-]", "[0-9a-f]"

PREFIXED: tuple[tuple[str, str, str], ...] = (
    ("github-token", "ghp_ gho_ ghu_ ghs_ ghr_", f"{_A}{{36}}"),
    ("github-token", "github_pat_", f"{_A}{{22}}_{_A}{{59}}"),
    ("gitlab-token", "glpat- gldt- glrt- glft- glsoat-", f"(?:{_W}{{20}}|{_W}{{27,300}}(?:\\.[0-9a-z]{{2}})?\\.[0-9a-z]{{9}})"),
    ("gitlab-token", "glptt-", f"{_H}{{40}}"),
    ("gitlab-token", "glagent-", f"{_W}{{50}}"),
    ("gitlab-token", "gloas-", f"{_W}{{64}}"),
    ("gitlab-token", "GR1348941", f"{_W}{{20}}"),
    ("npm-token", "npm_", f"{_A}{{36}}"),
    ("pypi-token", "pypi-AgEIcHlwaS5vcmc pypi-AgENdGVzdC5weXBpLm9yZw", f"{_W}{{50,1000}}"),
    ("rubygems-token", "rubygems_", f"{_H}{{48}}"),
    ("docker-token", "dckr_pat_", f"{_W}{{27}}"),
    ("docker-token", "dckr_oat_", f"{_W}{{32}}"),
    ("google-api-key", "AIza", f"{_W}{{35}}"),
    ("google-oauth-secret", "GOCSPX-", f"{_W}{{28}}"),
    ("slack-token", "xoxb- xoxp- xoxa- xoxr- xoxs-", "(?:[0-9]{10,13}-){1,3}[0-9A-Za-z]{24,64}"),
    ("slack-token", "xapp-", "[0-9]-[0-9A-Z]{9,12}-[0-9]{10,13}-[0-9a-f]{64}"),
    ("slack-webhook", "hooks.slack.com/services/", "T[0-9A-Z]{8,11}/B[0-9A-Z]{8,11}/[0-9A-Za-z]{24}"),
    ("discord-webhook", "discord.com/api/webhooks/ discordapp.com/api/webhooks/", f"[0-9]{{17,20}}/{_W}{{60,72}}"),
    ("stripe-key", "sk_live_ rk_live_", f"{_A}{{24,99}}"),
    ("sendgrid-key", "SG.", f"{_W}{{22}}\\.{_W}{{43}}"),
    ("digitalocean-token", "dop_v1_ doo_v1_ dor_v1_", f"{_H}{{64}}"),
    ("shopify-token", "shpat_ shpca_ shppa_ shpss_", "[0-9a-fA-F]{32}"),
    ("anthropic-key", "sk-ant-api03- sk-ant-admin01-", f"{_W}{{93}}AA"),
    ("huggingface-token", "hf_", "[A-Za-z]{34}"),
    ("groq-key", "gsk_", f"{_A}{{52}}"),
    ("xai-key", "xai-", f"{_A}{{80}}"),
    ("perplexity-key", "pplx-", f"{_A}{{48}}"),
    ("replicate-token", "r8_", f"{_A}{{37}}"),
    ("databricks-token", "dapi", f"{_H}{{32}}(?:-[0-9])?"),
    ("vault-token", "hvs. hvb.", f"{_W}{{90,300}}"),
    ("doppler-token", "dp.pt. dp.sa. dp.ct. dp.scim. dp.audit.", f"{_A}{{40,44}}"),
    ("linear-key", "lin_api_", f"{_A}{{40}}"),
    ("notion-token", "ntn_", f"[0-9]{{11}}{_A}{{35}}"),
    ("figma-token", "figd_", f"{_W}{{40}}"),
    ("grafana-token", "glsa_", f"{_A}{{32}}_[0-9A-Fa-f]{{8}}"),
    ("newrelic-key", "NRAK-", "[0-9A-Z]{27}"),
    ("postman-key", "PMAK-", f"{_H}{{24}}-{_H}{{34}}"),
    ("pulumi-token", "pul-", f"{_H}{{40}}"),
    ("sentry-token", "sntryu_", f"{_H}{{64}}"),
    ("planetscale-token", "pscale_tkn_ pscale_pw_ pscale_oauth_", "[0-9A-Za-z_=.-]{32,64}"),
    ("heroku-key", "HRKU-AA", f"{_W}{{58}}"),
    ("square-secret", "sq0csp-", f"{_W}{{43}}"),
    ("age-key", "AGE-SECRET-KEY-1", "[02-9AC-HJ-NP-Z]{58}"),
    ("artifactory-key", "AKCp", f"{_A}{{69}}"),
    ("atlassian-token", "ATATT3", f"{_W}{{170,190}}=[0-9A-F]{{8}}"),
    ("buildkite-token", "bkua_", f"{_H}{{40}}"),
    ("supabase-token", "sbp_", f"{_H}{{40}}"),
    ("netlify-token", "nfp_", f"{_A}{{36}}"),
    ("tailscale-key", "tskey-auth- tskey-api- tskey-client-", f"{_A}{{8,20}}-{_A}{{16,48}}"),
    ("alibaba-key", "LTAI", f"{_A}{{20}}"),
    ("1password-token", "ops_eyJ", "[0-9A-Za-z+/]{250,1500}={0,2}"),
)  # fmt: skip

_OPENAI = f"{_A}{{20}}T3BlbkFJ{_A}{{20}}|(?:proj|svcacct|admin)-(?:{_W}{{74}}T3BlbkFJ{_W}{{74}}|{_W}{{58}}T3BlbkFJ{_W}{{58}})"
_LOG_IN = "://[0-9A-Za-z._%+-]{0,64}:[^\\x00-\\x20/@:\"'<>{}()$\\\\]{8,64}@"

OTHERS: tuple[tuple[str, str, tuple[int, ...], str], ...] = (
    ("aws-access-key", "(?:AKIA|ASIA)[A-Z2-7]{4}", (0,), "(?:AKIA|ASIA)[A-Z2-7]{16}"),
    (
        "aws-secret-key", "(?i:secret_?access_?key)", (0,),
        "(?i:secret_?access_?key)[\"']?\\s{0,3}(?:=>|[:=,>])\\s{0,3}[\"']?([0-9A-Za-z/+]{40})(?![/+=])",
    ),
    ("azure-storage-key", "AccountKey=", (0,), "AccountKey=([0-9A-Za-z+/]{86}==)"),
    ("azure-client-secret", "[0-9]Q~", (3,), "[0-9A-Za-z_~.]{3}[0-9]Q~[0-9A-Za-z_~.-]{31,34}"),
    ("openai-key", "T3BlbkFJ", (23, 82, 66, 85, 69, 83, 67), f"sk-(?:{_OPENAI})"),
    ("twilio-key", f"SK{_H}{{4}}", (0,), f"SK{_H}{{32}}"),
    ("mailchimp-key", f"{_H}-us[0-9]", (31,), f"{_H}{{32}}-us[0-9]{{1,2}}"),
    ("telegram-token", f":AA{_W}{{8}}", (10, 9, 8), f"[0-9]{{8,10}}:AA{_W}{{33}}"),
    (
        "discord-token", f"\\.{_W}{{6}}\\.{_W}{{27}}", (24, 26, 23, 25, 27, 28),
        f"[MNO]{_W}{{22,27}}\\.{_W}{{6}}\\.{_W}{{27,38}}",
    ),
    ("terraform-token", "\\.atlasv1\\.", (14,), f"{_A}{{14}}\\.atlasv1\\.{_W}{{60,70}}"),
    ("airtable-token", f"\\.{_H}{{64}}", (17,), f"pat{_A}{{14}}\\.{_H}{{64}}"),
    ("url-password", _LOG_IN, (0,), f"({_LOG_IN}[0-9A-Za-z.-]{{4,100}})"),
)  # fmt: skip

PRIVATE_KEY = "private-key"
KINDS: tuple[str, ...] = tuple(dict.fromkeys([*(row[0] for row in PREFIXED), *(row[0] for row in OTHERS), PRIVATE_KEY]))
