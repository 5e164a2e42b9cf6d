"""Groups from an LDAP directory, written as the `groups` of a policy: found, mapped to principals, compared, kept."""
