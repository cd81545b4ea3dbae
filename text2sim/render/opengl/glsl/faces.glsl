uniform sampler2D face_data;  // of each face: pattern, metalness, label, whether its mesh is closed

vec4 face_of(int number) {
    int width = textureSize(face_data, 0).x;
    return texelFetch(face_data, ivec2(number % width, number / width), 0);
}
