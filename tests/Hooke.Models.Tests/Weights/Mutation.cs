using Hooke.Tensors;

namespace Hooke.Models.Tests.Weights;

/// <summary>Damages bytes as files get damaged: bits turned, stretches cut out, doubled, or written over.</summary>
static class Mutation
{
    public static byte[] OfBytes(byte[] original, Draws draws)
    {
        List<byte> bytes = [.. original];
        for (int changes = 1 + draws.Below(4); changes > 0 && bytes.Count > 0; changes--)
        {
            int at = draws.Below(bytes.Count), length = Math.Min(1 + draws.Below(12), bytes.Count - at);
            switch (draws.Below(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << draws.Below(8));
                    break;
                case 1:
                    bytes[at] = draws.Pick([.. "0123456789-,:[]{}\"\\e. \0\xFF"u8.ToArray()]);
                    break;
                case 2:
                    bytes.RemoveRange(at, length);
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
