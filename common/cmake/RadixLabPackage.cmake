# CPack's settings for an edition of the course, as ./lab package runs it: the files of a folder as they are, below one folder of
# the package's name; nothing is configured, built or installed.
#   cpack --config RadixLabPackage.cmake -D CPACK_INSTALLED_DIRECTORIES=<folder>;. -D CPACK_PACKAGE_FILE_NAME=<name> \
#         -D CPACK_PACKAGE_VERSION=<number> -B <where the archives go>
set(CPACK_GENERATOR TGZ ZIP)
set(CPACK_PACKAGE_NAME RadixLab)
set(CPACK_PACKAGE_DESCRIPTION "Build the part of an LLM server that makes shared prompts cheap")
