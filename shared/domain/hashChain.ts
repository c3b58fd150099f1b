/** Lower-case hex SHA-256 of a text in UTF-8. Given by the platform; the domain knows none. */
export type Sha256 = (text: string) => string;
