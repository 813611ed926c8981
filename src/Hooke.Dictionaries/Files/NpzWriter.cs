using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Hooke.Dictionaries;

/// <summary>Writes float32 arrays as numpy.savez does.</summary>
static class NpzWriter
{
    const int Alignment = 64;

    /// <summary>Writes the arrays in the order given.</summary>
    public static void Write(Stream stream, IEnumerable<(string Name, IReadOnlyList<long> Shape, float[] Values)> arrays)
    {
        ZipWriter zip = new(stream, ZipStyle.NumPy);
        foreach ((string name, IReadOnlyList<long> shape, float[] values) in arrays)
            zip.Add($"{name}.npy", Header("<f4", shape), MemoryMarshal.AsBytes<float>(values));
        zip.Finish();
    }

    /// <summary>Magic, version 1.0, and the array's description padded to a multiple of 64 bytes.</summary>
    public static byte[] Header(string type, IReadOnlyList<long> shape)
    {
        string sizes = string.Join(", ", shape.Select(size => size.ToString(CultureInfo.InvariantCulture)))
            + (shape.Count == 1 ? "," : "");
        string text = $"{{'descr': '{type}', 'fortran_order': False, 'shape': ({sizes}), }}";
        int length = text.Length + 1;
        int padded = ((10 + length + Alignment - 1) / Alignment * Alignment) - 10;
        byte[] header = [0x93, .. "NUMPY"u8, 1, 0, (byte)padded, (byte)(padded >> 8),
            .. Encoding.ASCII.GetBytes(text.PadRight(padded - 1) + "\n")];
        return header;
    }
}
