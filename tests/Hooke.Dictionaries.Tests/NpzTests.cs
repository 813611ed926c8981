using System.Text;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

public sealed class NpzTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [FixtureFact]
    public void An_archive_of_NumPy_is_read_and_written_byte_for_byte()
    {
        string path = Fixtures.ThirdParty("format_cases", "pytorch_candle", "test.npz");
        using NpzFile file = new(path);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => (long)i), file.Integers("x"));
        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), file.Integers("x_plus_one"));
        using MemoryStream written = new();
        ZipWriter zip = new(written, ZipStyle.NumPy);
        foreach (StoredArray array in file.Arrays)
            zip.Add($"{array.Name}.npy", NpzWriter.Header("<i8", array.Shape), System.Runtime.InteropServices.MemoryMarshal.AsBytes<long>(file.Integers(array.Name)));
        zip.Finish();
        Assert.Equal(File.ReadAllBytes(path), written.ToArray());
    }

    [Fact]
    public void An_array_in_Fortran_order_is_read_as_the_matrix_that_it_is()
    {
        byte[] header = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(NpzWriter.Header("<f4", [2, 3]))
            .Replace("False", "True ", StringComparison.Ordinal).Replace("True ,", "True,", StringComparison.Ordinal));
        Assert.Equal(127, header.Length);
        header[8]--; // one character shorter
        byte[] columns = new byte[24];
        Buffer.BlockCopy(new float[] { 1, 4, 2, 5, 3, 6 }, 0, columns, 0, 24);
        using (FileStream stream = File.Create(_folder["x.npz"]))
        {
            ZipWriter zip = new(stream, ZipStyle.NumPy);
            zip.Add("x.npy", header, columns);
            zip.Finish();
        }
        using NpzFile file = new(_folder["x.npz"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Read("x", 2, 3));
        Assert.Equal(DType.F32, file.Of("x").Type);
    }
}
