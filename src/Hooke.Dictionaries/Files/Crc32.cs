namespace Hooke.Dictionaries;

/// <summary>The check sum of zip entries: CRC-32 with the reflected polynomial EDB88320.</summary>
static class Crc32
{
    static readonly uint[] Table = [.. Enumerable.Range(0, 256).Select(i => Row((uint)i))];

    /// <summary>The check sum of what came before, with more bytes behind it; 0 of nothing.</summary>
    public static uint Append(uint before, ReadOnlySpan<byte> bytes)
    {
        uint crc = ~before;
        foreach (byte b in bytes)
            crc = (crc >> 8) ^ Table[(byte)(crc ^ b)];
        return ~crc;
    }

    static uint Row(uint value)
    {
        for (int bit = 0; bit < 8; bit++)
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ 0xEDB88320;
        return value;
    }
}
