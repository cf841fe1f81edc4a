/** The migrated database that every test file clones. */
export const templateDatabase = "guildhall_template";
